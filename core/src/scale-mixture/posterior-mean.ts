/** The exact posterior mean of dense linear networks with one output, by quadrature over the scale. */
import { type Engine, type Matrix, matrixFromColumn, multiply } from "@finitude/engine";
import { priorKernels } from "../kernels/prior-kernels.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { firstNonlinear } from "../samplers/linear-networks.ts";
import { diagonalizeModes } from "../theories/kernel-rescaling/modes.ts";
import { createScalePosterior } from "./scale-posterior.ts";

/** P x 1 and P* x 1. */
export interface PosteriorMean {
	readonly train: Matrix;
	readonly test?: Matrix;
}

/** Whether `linearPosteriorMean` gives the mean: dense linear layers, one output, no bias but in the first layer, noise. */
export function hasLinearPosteriorMean({ network, trainTargets, noiseVariance }: Problem): boolean {
	const { layers, readout } = network;
	return (
		firstNonlinear(network) === undefined &&
		layers.every(({ type, biasVariance }, l) => type === "dense" && (l === 0 || biasVariance === 0)) &&
		readout.biasVariance === 0 &&
		trainTargets.columns === 1 &&
		noiseVariance > 0
	);
}

/**
 * Given the scale q of the layers (docs/samplers/exact.md, equation (3)) f is a Gaussian process with kernel q K, so that
 * E f_* = K_* E[q (q K + kappa)^-1] y, an average over the posterior of q. Right to about 1e-12, the error of the quadrature.
 *
 * @param problem one for which `hasLinearPosteriorMean` is true
 */
export function linearPosteriorMean(engine: Engine, problem: Problem): PosteriorMean {
	const { network, noiseVariance, trainTargets } = problem;
	const { train, test } = priorKernels(engine, problem).outputWeights;
	const modes = diagonalizeModes(engine, train, noiseVariance, 0);
	const widths = network.layers.map(layerWidth);
	const law = createScalePosterior(engine, modes, widths)(trainTargets.data);
	const targets = modes.project(trainTargets.data);
	const weights = targets.map((target, k) => {
		let average = 0;
		law.probabilities.forEach((probability, i) => {
			const q = Math.exp((law.first + i) * law.step);
			average += (probability * q) / (q * modes.signal[k]! + noiseVariance);
		});
		return average * target;
	});
	const dual = multiply(engine, modes.eigenvectors!, matrixFromColumn(weights));
	return {
		train: multiply(engine, train, dual),
		...(test && { test: multiply(engine, test.cross, dual) }),
	};
}
