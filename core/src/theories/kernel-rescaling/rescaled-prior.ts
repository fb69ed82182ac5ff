/** From the prior kernel to its rescaled form: which equations are solved, and the blocks of the predictor. */
import { type Engine, symmetricEigenvalues } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import {
	addOuterProduct,
	combineBlocks,
	type KernelBlocks,
	packBlocks,
	variancesOf,
} from "../../kernels/kernel-blocks.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { findLayerScales } from "./layer-scales.ts";
import { rescaleWithMean } from "./mean-term.ts";
import { diagonalizeModes, type Modes, requireFullRank } from "./modes.ts";
import { firstOrderKernel, nestedKernel } from "./renormalized-kernel.ts";
import { chooseSaddlePoint, type SaddlePoint } from "./saddle-point.ts";
import { requireStationaryPoint, rescaleProduct } from "./scalar-action.ts";

export interface RescaledPrior {
	readonly saddle: SaddlePoint;
	readonly modes: Modes;
	/** y in the coordinates of the modes. */
	readonly targets: Float64Array;
	/** Q K, R, or q Sigma + c m m^T: never with the readout bias. */
	readonly predictor: KernelBlocks;
}

/** Equations (1)-(5) of one layer, (10)-(12) of several with the recursion `vanilla`: the prior kernel times one product. */
export function rescale(engine: Engine, problem: Problem, prior: PriorKernels): RescaledPrior {
	const { noiseVariance, network } = problem;
	const { biasVariance } = network.readout;
	const widths = network.layers.map(layerWidth);
	const modes = diagonalizeModes(engine, prior.outputWeights.train, noiseVariance, biasVariance);
	const targets = modes.project(problem.trainTargets.data);
	if (noiseVariance === 0 && biasVariance === 0) requireStationaryPoint(targets, Math.min(...widths));
	const saddle = rescaleProduct(modes, targets, widths);
	return { saddle, modes, targets, predictor: combineBlocks([prior.outputWeights], saddle.chosen.scale, 0) };
}

/** Equation (10) with the recursions `nested` and `full`: the rescaled kernel goes through the nonlinearities. */
export function rescaleLayers(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	recursion: "nested" | "full",
): RescaledPrior {
	const { network, noiseVariance, trainTargets } = problem;
	const product = rescale(engine, problem, prior);
	const inputs = prior.preactivation[0]![0]!;
	const kernelOf = recursion === "nested" ? nestedKernel : firstOrderKernel;
	const depth = network.layers.length;
	const trainInputs = packBlocks({ train: inputs.train });
	const points = findLayerScales(
		engine,
		{
			inputs: trainInputs,
			kernel: kernelOf(engine, network, trainInputs),
			widths: network.layers.map(layerWidth),
			targets: trainTargets.data,
			noiseVariance,
			readoutBiasVariance: network.readout.biasVariance,
		},
		[
			...product.saddle.all.map(({ scales }) => scales.map(Math.log)),
			...[0, 0.7, -0.7].map((theta) => new Array<number>(depth).fill(theta)),
		],
	);
	const saddle = chooseSaddlePoint(points);
	const theta = saddle.chosen.scales.map(Math.log);
	const packed = packBlocks(inputs);
	const { at } = kernelOf(engine, network, packed);
	const blocks = packed.unpack(at(theta.slice(0, -1)));
	const predictor = combineBlocks([blocks], saddle.chosen.scales[depth - 1]!, 0);
	return { ...product, saddle, predictor };
}

/**
 * Equation (8) of docs/theories/kernel-rescaling.md: the part of the readout that all units share.
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

/** m = s_a chi^(-1/2) E[phi(h)] of the last hidden layer, at the training, then the test points. */
export function meanOfOutputUnits(engine: Engine, { network }: Problem, prior: PriorKernels): Float64Array {
	const amplitude = Math.sqrt(network.readout.weightVariance / chi(network));
	const last = network.layers.length - 1;
	const dual = dualOf(network.layers[last]!.activation, `network.layers[${last}].activation`);
	return dual.mean(engine, variancesOf(prior.preactivation[last]![0]!)).map((mean) => amplitude * mean);
}
