/** From the prior kernel to its rescaled form: which equations are solved, and the blocks of the predictor. */
import { type Engine, symmetricEigenvalues } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import {
	addOuterProduct,
	combineBlocks,
	type KernelBlocks,
	variancesOf,
} from "../../kernels/kernel-blocks.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { rescaleWithMean } from "./mean-term.ts";
import { diagonalizeModes, type Modes, requireFullRank } from "./modes.ts";
import type { SaddlePoint } from "./saddle-point.ts";
import { rescaleByScan, rescaleWithoutNoise } from "./scalar-action.ts";

export interface RescaledPrior {
	readonly saddle: SaddlePoint;
	readonly modes: Modes;
	/** y in the coordinates of the modes. */
	readonly targets: Float64Array;
	/** Q K, or q Sigma + c m m^T: never with the readout bias. */
	readonly predictor: KernelBlocks;
}

/** Equations (1)-(5). */
export function rescale(engine: Engine, problem: Problem, prior: PriorKernels): RescaledPrior {
	const { noiseVariance, network } = problem;
	const { biasVariance } = network.readout;
	const width = layerWidth(network.layers[0]!);
	const modes = diagonalizeModes(engine, prior.outputWeights.train, noiseVariance, biasVariance);
	const targets = modes.project(problem.trainTargets.data);
	const saddle =
		noiseVariance === 0 && biasVariance === 0
			? rescaleWithoutNoise(modes, targets, width)
			: rescaleByScan(modes, targets, width);
	return { saddle, modes, targets, predictor: combineBlocks([prior.outputWeights], saddle.chosen.scale, 0) };
}

/**
 * Section 3.5: the part of the readout that all units share.
 *
 * @param mean m at the training, then the test points
 */
export function rescaleWithMeanTerm(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	mean: Float64Array,
): RescaledPrior {
	const { noiseVariance, network } = problem;
	// K first, whose rank is what a user can know about.
	if (noiseVariance === 0) requireFullRank(symmetricEigenvalues(engine, prior.outputWeights.train));
	const fluctuation = addOuterProduct(prior.outputWeights, mean, -1);
	const modes = diagonalizeModes(
		engine,
		fluctuation.train,
		noiseVariance,
		network.readout.biasVariance,
		"the prior kernel without its mean part",
	);
	const targets = modes.project(problem.trainTargets.data);
	const trainMean = mean.slice(0, problem.trainInputs.rows);
	const saddle = rescaleWithMean({
		modes,
		targets,
		mean: modes.project(trainMean),
		width: layerWidth(network.layers[0]!),
	});
	const { scale, meanScale = scale } = saddle.chosen;
	// q Sigma + c m m^T = q K + (c - q) m m^T
	const predictor = addOuterProduct(combineBlocks([prior.outputWeights], scale, 0), mean, meanScale - scale);
	return { saddle, modes, targets, predictor };
}

/** m = s_a chi^(-1/2) E[phi(h)] at the training, then the test points. */
export function meanOfOutputUnits(engine: Engine, { network }: Problem, prior: PriorKernels): Float64Array {
	const amplitude = Math.sqrt(network.readout.weightVariance / chi(network));
	const dual = dualOf(network.layers[0]!.activation, "network.layers[0].activation");
	return dual.mean(engine, variancesOf(prior.preactivation[0]![0]!)).map((mean) => amplitude * mean);
}
