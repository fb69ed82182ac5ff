/** The potential of a sampling space at any power of the likelihood. */
import { squaredNorm } from "../block-operations.ts";
import type { SamplingSpace } from "../sampling-space.ts";
import { createScalarFunctions } from "../scalar-functions.ts";

/**
 * U_beta(w) = -log of the mean over the readout of exp(-beta |Y - f|^2 / 2 kappa): the tempered posterior of the hidden weights
 * is p(w) exp(-U_beta(w)), and U_0 = 0. For beta > 0 it is V at noise kappa / beta less (P D / 2) log(kappa / beta).
 */
export interface TemperedPotential {
	/** Sets the noise of the space's potential to kappa / beta; beta > 0. */
	setPower(power: number): void;
	/** Sets the weights that the functions below look at. */
	look(weights: Float64Array): void;
	/** U_beta there; Infinity where the kernel cannot be factorized. */
	energy(power: number): number;
	/** U_beta from V at noise kappa / beta. */
	fromPotential(energy: number, power: number): number;
	/** (|Y|^2 + D tr K_w) / P D: the mean square of Y - f under the prior of the readout. */
	priorMisfit(): number;
}

/** Shares the work space of the space's potential, and leaves the noise of that potential changed. */
export function createTemperedPotential({
	engine,
	network,
	potential,
	problem,
}: SamplingSpace): TemperedPotential {
	const { readout, forward, features, position } = potential;
	const { noiseVariance, trainTargets } = problem;
	const { log } = createScalarFunctions(engine);
	const size = trainTargets.data.length;
	const targetNorm = trainTargets.data.reduce((sum, y) => sum + y * y, 0);
	const setPower = (power: number) => readout.setNoiseVariance(noiseVariance / power);
	const fromPotential = (energy: number, power: number) => energy - (size / 2) * log(noiseVariance / power);
	return {
		setPower,
		look(weights) {
			position.data.set(weights);
			forward.run(position);
		},
		energy(power) {
			if (power === 0) return 0;
			setPower(power);
			return fromPotential(readout.energy(), power);
		},
		fromPotential,
		priorMisfit: () =>
			(targetNorm + trainTargets.columns * network.readoutScale * squaredNorm(features.block)) / size,
	};
}
