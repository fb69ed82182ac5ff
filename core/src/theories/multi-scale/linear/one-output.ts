/** Linear units, one output, any depth: one scale t of the prior kernel. */
import type { Engine } from "@finitude/engine";
import type { Answer, KernelQuantity } from "../../../answer/answer.ts";
import { combineBlocks } from "../../../kernels/kernel-blocks.ts";
import { type PriorKernels, priorKernels } from "../../../kernels/prior-kernels.ts";
import { layerWidth } from "../../../network/network.ts";
import type { Problem } from "../../../problem/problem.ts";
import { type GaussianProcessPosterior, gaussianProcessPosterior } from "../../gaussian-process.ts";
import { diagonalizeModes } from "../../kernel-rescaling/modes.ts";
import { type PosteriorMoments, predictions } from "../../predictions.ts";
import type { SolveContext } from "../../theory.ts";
import { absentReasons, withoutRoot } from "../absent.ts";
import type { MultiScaleOptions } from "../options.ts";
import { adaptedKernels, outputMoment, treeKernel } from "./adapted-kernels.ts";
import { withScaleFluctuation } from "./scale-fluctuation.ts";
import { findScale, type ScaleProblem, type ScaleRoot } from "./scale-roots.ts";
import { oneOutputNotes } from "./validity.ts";

type Variant = MultiScaleOptions["variant"];

/** Equations (5)-(11) of docs/theories/multi-scale.md. */
export function solveOneOutput(
	variant: Variant,
	problem: Problem,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const { network, noiseVariance, trainTargets } = problem;
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	const modes = diagonalizeModes(engine, prior.outputWeights.train, noiseVariance, 0);
	const scaleProblem: ScaleProblem = {
		modes,
		targets: modes.project(trainTargets.data),
		widths: network.layers.map(layerWidth),
	};
	const root = findScale(scaleProblem, variant);
	const notes = oneOutputNotes(problem, variant, scaleProblem, root);
	if ("smallestResidual" in root) return withoutRoot(problem, notes, root.smallestResidual);
	const posterior = gaussianProcessPosterior(
		engine,
		combineBlocks([prior.outputWeights], root.scale, 0),
		trainTargets,
		noiseVariance,
		{ covariance: true },
	);
	const kernels = kernelsOf(variant, problem, prior, posterior, root);
	return {
		theory: "multi-scale",
		...momentsOf(engine, scaleProblem, prior, posterior, root, covariance),
		kernels,
		orderParameters: {
			scale: root.scale,
			...(root.layerScales && { layerScales: root.layerScales, roots: root.roots }),
			dualField: Array.from(posterior.discrepancy.data),
		},
		absent: absentReasons(variant, problem, {
			variance: root.logScaleVariance !== undefined,
			kernels: Object.keys(kernels),
		}),
		validity: [...notes, ...posterior.validity],
		convergence: root.convergence,
	};
}

function momentsOf(
	engine: Engine,
	scaleProblem: ScaleProblem,
	prior: PriorKernels,
	posterior: GaussianProcessPosterior,
	{ scale, logScaleVariance }: ScaleRoot,
	covariance: boolean,
): Partial<ReturnType<typeof predictions>> {
	const { trainMean, testMean } = posterior;
	if (logScaleVariance === undefined) return { trainMean, ...(testMean && { testMean }) };
	const moments: PosteriorMoments = withScaleFluctuation(
		engine,
		scaleProblem,
		prior.outputWeights,
		posterior,
		scale,
		logScaleVariance,
	);
	const { trainCovariance, ...predicted } = predictions(moments, 1);
	return { ...predicted, ...(covariance && { trainCovariance }) };
}

/** The tree of a deep network gives none. */
function kernelsOf(
	variant: Variant,
	{ network }: Problem,
	prior: PriorKernels,
	{ trainMean, trainCovariance }: GaussianProcessPosterior,
	{ scale, layerScales = [scale] }: ScaleRoot,
): Record<string, KernelQuantity> {
	const depth = network.layers.length;
	if (variant === "tree") {
		if (depth > 1) return {};
		return { output: treeKernel(prior, trainMean, layerWidth(network.layers[0]!), scale) };
	}
	const inputCovariance = prior.preactivation[0]![0]!.train;
	const layers = adaptedKernels(
		network,
		inputCovariance,
		layerScales,
		outputMoment(trainMean, trainCovariance!),
	);
	const output = layers[depth - 1]!;
	return depth === 1
		? { output }
		: { output, preactivation: [inputCovariance, ...layers.slice(0, depth - 1)] };
}
