/** One hidden layer, one output. */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import type { Answer } from "../../answer/answer.ts";
import { combineBlocks } from "../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import type { KernelRescalingOptions } from "./options.ts";
import { meanOfOutputUnits, type RescaledPrior, rescale, rescaleWithMeanTerm } from "./rescaled-prior.ts";
import { validityNotes } from "./validity.ts";

/** Equations (1)-(9): one scale, or two for units with a mean. */
export function solveOneLayer(
	problem: Problem,
	{ recursion, meanTerm }: KernelRescalingOptions,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const { network, noiseVariance, trainInputs, trainTargets } = problem;
	const { biasVariance } = network.readout;
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	const hasMean = !findActivation(network.layers[0]!.activation).odd;
	const included = meanTerm === "include" || (meanTerm === "auto" && hasMean);
	const mean = hasMean || included ? meanOfOutputUnits(engine, problem, prior) : undefined;
	const rescaled =
		included && mean ? rescaleWithMeanTerm(engine, problem, prior, mean) : rescale(engine, problem, prior);
	const { saddle, predictor } = rescaled;
	const posterior = gaussianProcessPosterior(
		engine,
		combineBlocks([predictor], 1, biasVariance),
		trainTargets,
		noiseVariance,
		{ covariance },
	);
	const output =
		included || biasVariance > 0
			? undefined
			: featureKernel(engine, prior.output.train, rescaled, layerWidth(network.layers[0]!));
	return {
		theory: "kernel-rescaling",
		...predictions(posterior, 1),
		...evidence(rescaled, trainInputs.rows, layerWidth(network.layers[0]!), included),
		kernels: { predictor: predictor.train, ...(output && { output }) },
		absent: absentReasons(rescaled, output !== undefined),
		validity: [
			...validityNotes(problem, rescaled, recursion, {
				included,
				...(hasMean && mean && { mean: mean.slice(0, trainInputs.rows) }),
			}),
			...posterior.validity,
		],
		convergence: saddle.convergence,
	};
}

/** Equation (6), or (9) with the mean term (whose action is smaller by 1). */
function evidence(
	{ saddle }: RescaledPrior,
	P: number,
	width: number,
	included: boolean,
): Pick<Answer, "logEvidence" | "orderParameters"> {
	const { scale, meanScale, action, logCurvature } = saddle.chosen;
	const logEvidenceSaddle = -0.5 * P * Math.log(2 * Math.PI) - 0.5 * width * (included ? action : action - 1);
	return {
		...(logCurvature !== undefined && { logEvidence: logEvidenceSaddle - 0.5 * logCurvature }),
		orderParameters: {
			Q: [scale],
			...(meanScale !== undefined && { meanTermScale: [meanScale] }),
			action,
			logEvidenceSaddle,
			...(saddle.all.length > 1 && {
				stationaryPoints: saddle.all.map((point) => point.scale),
				stationaryActions: saddle.all.map((point) => point.action),
			}),
		},
	};
}

/** Equation (7): K + (Q/N) [K b b^T K - K A^-1 K] in the eigenbasis of K, the posterior mean of the hidden kernel. */
function featureKernel(
	engine: Engine,
	kernel: Matrix,
	{ saddle, modes: { signal, noise, eigenvectors }, targets }: RescaledPrior,
	width: number,
): Matrix {
	const Q = saddle.chosen.scale;
	const P = kernel.rows;
	const shift = matrix(P, P);
	const spike = signal.map((l, k) => (l * targets[k]!) / (noise[k]! + Q * l));
	for (let i = 0; i < P; i++) {
		for (let j = 0; j < P; j++) shift.data[i * P + j] = (Q / width) * spike[i]! * spike[j]!;
		shift.data[i * P + i]! -= ((Q / width) * signal[i]! ** 2) / (noise[i]! + Q * signal[i]!);
	}
	const rotated = multiply(engine, multiply(engine, eigenvectors!, shift), eigenvectors!, {
		transposeB: true,
	});
	const result = matrix(P, P);
	for (let i = 0; i < P; i++) {
		for (let j = 0; j < P; j++) {
			const symmetric = (rotated.data[i * P + j]! + rotated.data[j * P + i]!) / 2;
			result.data[i * P + j] = kernel.data[i * P + j]! + symmetric;
		}
	}
	return result;
}

function absentReasons({ saddle }: RescaledPrior, hasOutputKernel: boolean): Record<string, string> {
	return {
		"kernels.preactivation":
			"this theory has no statement about the kernel of a hidden layer before the nonlinearity",
		...(!hasOutputKernel && {
			"kernels.output":
				"the posterior of the hidden kernel is known without readout bias and without the mean term only",
		}),
		...(saddle.chosen.logCurvature === undefined && {
			logEvidence: "Laplace's method does not hold at the stationary point that was found",
		}),
	};
}
