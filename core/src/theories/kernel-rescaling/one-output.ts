/** Dense layers, one output. */

import { type Matrix, matrix } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import type { Answer } from "../../answer/answer.ts";
import { combineBlocks } from "../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { NO_PREACTIVATION_KERNEL } from "../absent.ts";
import { type GaussianProcessPosterior, gaussianProcessPosterior } from "../gaussian-process.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { type KernelRescalingOptions, meanTermNotDerived } from "./options.ts";
import {
	meanOfOutputUnits,
	type RescaledPrior,
	rescale,
	rescaleLayers,
	rescaleWithMeanTerm,
} from "./rescaled-prior.ts";
import type { StationaryPoint } from "./saddle-point.ts";
import { validityNotes } from "./validity.ts";

/** Equations (1)-(12): one scale for each layer, or two for one layer whose units have a mean. */
export function solveOneOutput(
	problem: Problem,
	{ recursion, meanTerm }: KernelRescalingOptions,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const { network, noiseVariance, trainInputs, trainTargets } = problem;
	const { biasVariance } = network.readout;
	const depth = network.layers.length;
	if (meanTerm === "include" && depth > 1)
		throw meanTermNotDerived(`this problem has L = ${depth} and D = 1`);
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	const hasMean = !findActivation(network.layers[depth - 1]!.activation).odd;
	const included = meanTerm === "include" || (meanTerm === "auto" && hasMean && depth === 1);
	const mean = hasMean || included ? meanOfOutputUnits(engine, problem, prior) : undefined;
	const rescaled =
		included && mean
			? rescaleWithMeanTerm(engine, problem, prior, mean)
			: depth === 1 || recursion === "vanilla"
				? rescale(engine, problem, prior)
				: rescaleLayers(engine, problem, prior, recursion);
	const { saddle, predictor } = rescaled;
	const posterior = gaussianProcessPosterior(
		engine,
		biasVariance === 0 ? predictor : combineBlocks([predictor], 1, biasVariance),
		trainTargets,
		noiseVariance,
		{ covariance: true },
	);
	const { trainCovariance, ...predicted } = predictions(posterior, 1);
	const output =
		included || biasVariance > 0 || depth > 1
			? undefined
			: featureKernel(prior.output.train, saddle.chosen, posterior, layerWidth(network.layers[0]!));
	return {
		theory: "kernel-rescaling",
		...predicted,
		...(covariance && { trainCovariance }),
		...evidence(rescaled, problem, { included, productOnly: depth === 1 || recursion === "vanilla" }),
		kernels: { predictor: predictor.train, ...(output && { output }) },
		absent: absentReasons(rescaled, output !== undefined, depth),
		validity: [
			...validityNotes(
				problem,
				rescaled,
				recursion,
				{ included, ...(hasMean && mean && { mean: mean.slice(0, trainInputs.rows) }) },
				output !== undefined,
			),
			...posterior.validity,
		],
		convergence: saddle.convergence,
	};
}

/** Equation (6), (9) with the mean term (whose action is smaller by 1), or (10). */
function evidence(
	{ saddle }: RescaledPrior,
	{ network, trainInputs }: Problem,
	{ included, productOnly }: { included: boolean; productOnly: boolean },
): Pick<Answer, "logEvidence" | "orderParameters"> {
	const { scales, meanScale, action, logCurvature } = saddle.chosen;
	const widths = network.layers.map(layerWidth);
	const atPrior = included ? 0 : widths.reduce((sum, width) => sum + width, 0);
	const logEvidenceSaddle = -0.5 * trainInputs.rows * Math.log(2 * Math.PI) - 0.5 * (action - atPrior);
	// One layer's action is S, which the papers write with 1/N in front of the data's part.
	const unit = widths.length === 1 ? widths[0]! : 1;
	return {
		...(logCurvature !== undefined && { logEvidence: logEvidenceSaddle - 0.5 * logCurvature }),
		orderParameters: {
			Q: scales,
			...(meanScale !== undefined && { meanTermScale: [meanScale] }),
			action: action / unit,
			logEvidenceSaddle,
			...(saddle.all.length > 1 &&
				productOnly && {
					stationaryPoints: saddle.all.map((point) => point.scale),
					stationaryActions: saddle.all.map((point) => point.action / unit),
				}),
		},
	};
}

/**
 * Equation (7), the posterior mean of the hidden kernel: K + (Q/N) [K b b^T K - K A^-1 K]. With the mean f = Q K b of the predictor and
 * its covariance S = Q K - Q^2 K A^-1 K at the training points it is (1 - 1/N) K + (f f^T + S) / (N Q).
 */
function featureKernel(
	kernel: Matrix,
	{ scale }: StationaryPoint,
	{ trainMean, trainCovariance }: Pick<GaussianProcessPosterior, "trainMean" | "trainCovariance">,
	width: number,
): Matrix {
	const P = kernel.rows;
	const [f, S] = [trainMean.data, trainCovariance!.data];
	const result = matrix(P, P);
	for (let i = 0; i < P; i++) {
		for (let j = 0; j < P; j++) {
			const k = i * P + j;
			result.data[k] = (1 - 1 / width) * kernel.data[k]! + (f[i]! * f[j]! + S[k]!) / (width * scale);
		}
	}
	return result;
}

function absentReasons(
	{ saddle }: RescaledPrior,
	hasOutputKernel: boolean,
	depth: number,
): Record<string, string> {
	return {
		"kernels.preactivation": NO_PREACTIVATION_KERNEL,
		...(!hasOutputKernel && {
			"kernels.output":
				depth > 1
					? "the posterior of the hidden kernel is known for one hidden layer only"
					: "the posterior of the hidden kernel is known without readout bias and without the mean term only",
		}),
		...(saddle.chosen.logCurvature === undefined && {
			logEvidence: "Laplace's method does not hold at the stationary point that was found",
		}),
	};
}
