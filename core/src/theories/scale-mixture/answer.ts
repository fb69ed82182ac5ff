/** The answer of both theories of a random scale. */

import { diagonal, type Engine, type Matrix } from "@finitude/engine";
import type { Answer, ValidityNote } from "../../answer/answer.ts";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { type OneOutputMixture, solveOneOutput } from "../../scale-mixture/one-output.ts";
import { posteriorMoments } from "../../scale-mixture/posterior-moments.ts";
import { trainingKernelPoints, unitSecondMoments } from "../../scale-mixture/scale-kernel.ts";
import { NO_PREACTIVATION_KERNEL } from "../absent.ts";
import { negativeVariances } from "../gaussian-process.ts";
import { type PosteriorMoments, predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { matrixMixtureAnswer } from "./matrix-answer.ts";
import { hasMatrixScale, type MatrixOptions } from "./matrix-options.ts";
import { type MeanTermOption, meanTermUse } from "./mean-term.ts";
import { validityNotes } from "./validity.ts";

export interface ScaleMixtureOptions extends MatrixOptions {
	readonly meanTerm: MeanTermOption;
}

/**
 * @param theory the id
 * @throws InputError at zero noise for a singular kernel, and for a mean term that is not derived for this network
 */
export function scaleMixtureAnswer(
	theory: string,
	problem: Problem,
	{ meanTerm, ...options }: ScaleMixtureOptions,
	context: SolveContext,
): Answer {
	const use = meanTermUse(problem, meanTerm);
	if (hasMatrixScale(problem)) {
		return matrixMixtureAnswer(theory, problem, options, validityNotes(problem, use), context);
	}
	const { engine, covariance = false } = context;
	const solution = solveOneOutput(engine, problem, {
		includeMean: use === "included",
		testCovariance: covariance,
	});
	const { prior, scale, logEvidence, convergence } = solution;
	const moments = posteriorMoments(engine, solution, problem.noiseVariance, { covariance });
	const output = outputKernel(engine, problem, solution);
	return {
		theory,
		...predictions(moments, 1),
		logEvidence,
		kernels: output ? { output } : {},
		orderParameters: { scaleMean: scale.mean, scaleDeviation: scale.deviation },
		absent: {
			"kernels.preactivation": NO_PREACTIVATION_KERNEL,
			...(!output && {
				"kernels.output":
					"not derived: the posterior of the hidden kernel is known for one hidden layer, without readout bias and without the mean term",
			}),
		},
		validity: [...validityNotes(problem, use, solution), ...roundingNotes(moments, prior.output)],
		convergence,
	};
}

/** Equation (5), where it is derived. */
function outputKernel(
	engine: Engine,
	{ network }: Problem,
	{ mixture, kernel, kernelNodes, mean }: OneOutputMixture,
): Matrix | undefined {
	if (network.layers.length > 1 || network.readout.biasVariance > 0 || mean) return undefined;
	const posterior = { ...mixture, nodes: kernelNodes };
	return unitSecondMoments(
		engine,
		posterior,
		trainingKernelPoints(engine, posterior, kernel.train),
		layerWidth(network.layers[0]!),
	);
}

function roundingNotes(
	{ trainVariance, testVariance }: PosteriorMoments,
	{ train, test }: KernelBlocks,
): ValidityNote[] {
	return [
		...negativeVariances("training", trainVariance, diagonal(train)),
		...(test && testVariance ? negativeVariances("test", testVariance, test.diagonal) : []),
	];
}
