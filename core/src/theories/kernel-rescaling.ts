/**
 * `kernel-rescaling`: the prior kernel times a number that the data determine.
 *
 * 1. Approximates: the posterior of f by the Gaussian process with kernel Q K, Q > 0 at the lowest minimum of an action S(Q).
 * 2. Problems: one dense hidden layer, one output, any activation, biases, both scalings; noiseVariance = 0 for a kernel of
 *    full rank.
 * 3. Exact: linear units as P, N -> infinity with P/N fixed (Laplace's method, error O(1/N)); for other units under the
 *    ansatz that the hidden kernel fluctuates like a Wishart matrix, which wants a large input dimension.
 * 4. Order parameters: Q in (0, infinity); for units with a mean, q of the fluctuations and c of the mean (meanTermScale).
 * 5. Solves: dS/dlog Q = 0, S = Q - log Q + (1/N)[log det A + y^T A^-1 y], A = Q K + kappa I: (1)-(9) of
 *    docs/theories/kernel-rescaling.md.
 * 6. Gives: means, variances, covariances, log evidence with its one-loop factor, kernels.predictor = Q K, and
 *    kernels.output (7) without readout bias and mean term; nothing on kernels.preactivation.
 * 7. References: Pacelli et al. 2023, arXiv 2209.04882 (their effective action, with their 1/lambda_l = our variances and
 *    temperature = our kappa); Li and Sompolinsky 2021, arXiv 2012.04030 (linear units, zero noise); Baglioni et al. 2024,
 *    arXiv 2401.11004.
 * 8. Cost: one eigendecomposition, O(P^3), then 8000 evaluations of O(P) and one Cholesky factorization.
 * 9. Fails: several minima (all are reported, with the weight of the next one), few input dimensions, activations with a
 *    mean whose term is ignored (the overlap of the targets with the mean is reported).
 * 10. Checked: fixtures/golden/rescaling-*.json, finite differences of the action, N -> infinity.
 */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import { z } from "zod";
import { findActivation } from "../activations/registry.ts";
import type { Answer } from "../answer/answer.ts";
import { combineBlocks } from "../kernels/kernel-blocks.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { gaussianProcessPosterior } from "./gaussian-process.ts";
import { references } from "./kernel-rescaling/references.ts";
import {
	meanOfOutputUnits,
	type RescaledPrior,
	rescale,
	rescaleWithMeanTerm,
} from "./kernel-rescaling/rescaled-prior.ts";
import { validityNotes } from "./kernel-rescaling/validity.ts";
import { predictions } from "./predictions.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({
	recursion: z
		.enum(["vanilla", "nested", "full"])
		.default("vanilla")
		.describe(
			"How the scale of a layer enters the kernels above it: one product in front of the output kernel, through the nonlinearities, or to first order. The three coincide for one hidden layer.",
		),
	meanTerm: z
		.enum(["auto", "include", "ignore"])
		.default("auto")
		.describe(
			"The separate factor of the mean of the hidden units: auto includes it when the activation has a mean, that is, when it is not odd.",
		),
	orderParameter: z
		.enum(["matrix", "diagonal"])
		.default("matrix")
		.describe(
			"For convolutions: a matrix of scales over pairs of patches, or one scale for each patch. No effect on a dense layer.",
		),
});

type Options = z.output<typeof options>;

export const kernelRescaling: Theory<Options> = {
	id: "kernel-rescaling",
	title: "Kernel rescaling",
	aliases: ["rkgp", "proportional-limit", "kernel renormalization", "kernel-renormalization"],
	summary: "The prior kernel times a number that the data determine (P and N large, P/N fixed).",
	references,
	assumes: ["one-scale", "gaussian-features"],
	options,
	applies,
	solve(problem, { recursion, meanTerm }, { engine, covariance = false }) {
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
	},
};

function applies({ network, trainTargets }: Problem): true | string {
	const depth = network.layers.length;
	const outputs = trainTargets.columns;
	const convolution = network.layers.some(({ type }) => type === "convolution");
	if (depth > 1 && convolution) {
		return `kernel-rescaling handles one convolutional layer with stride = patch; this network has L = ${depth} layers.`;
	}
	if (depth > 1 && outputs > 1) {
		return `kernel-rescaling handles one hidden layer when there are several outputs; this network has L = ${depth}.`;
	}
	if (depth > 1)
		return `kernel-rescaling is available for one hidden layer only; this network has L = ${depth}.`;
	if (convolution) {
		return "kernel-rescaling is available for dense layers only; a convolution wants a matrix of scales over its patches.";
	}
	if (outputs > 1) {
		return `kernel-rescaling is available for one output only; this problem has D = ${outputs}, which want a matrix of scales.`;
	}
	return true;
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
