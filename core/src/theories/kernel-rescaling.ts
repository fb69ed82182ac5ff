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
import type { Problem } from "../problem/problem.ts";
import { solveOutputs } from "./kernel-rescaling/matrix/outputs.ts";
import { solvePatches } from "./kernel-rescaling/matrix/patches.ts";
import { solveOneLayer } from "./kernel-rescaling/one-layer.ts";
import { type KernelRescalingOptions, options } from "./kernel-rescaling/options.ts";
import { references } from "./kernel-rescaling/references.ts";
import type { Theory } from "./theory.ts";

export const kernelRescaling: Theory<KernelRescalingOptions> = {
	id: "kernel-rescaling",
	title: "Kernel rescaling",
	aliases: ["rkgp", "proportional-limit", "kernel renormalization", "kernel-renormalization"],
	summary: "The prior kernel times a number that the data determine (P and N large, P/N fixed).",
	references,
	assumes: ["one-scale", "gaussian-features"],
	options,
	applies,
	solve(problem, choices, context) {
		const solve = hasConvolution(problem)
			? solvePatches
			: problem.trainTargets.columns > 1
				? solveOutputs
				: solveOneLayer;
		return solve(problem, choices, context);
	},
};

function hasConvolution({ network }: Problem): boolean {
	return network.layers.some(({ type }) => type === "convolution");
}

function applies(problem: Problem): true | string {
	const { network, trainTargets } = problem;
	const depth = network.layers.length;
	const outputs = trainTargets.columns;
	if (hasConvolution(problem)) return appliesToConvolution(depth, outputs);
	if (depth > 1 && outputs > 1) {
		return `kernel-rescaling handles one hidden layer when there are several outputs; this network has L = ${depth}.`;
	}
	if (depth > 1)
		return `kernel-rescaling is available for one hidden layer only; this network has L = ${depth}.`;
	if (outputs > 1 && network.readout.biasVariance > 0) {
		return `kernel-rescaling takes no readout bias when there are several outputs; this problem has D = ${outputs} and readout.biasVariance = ${network.readout.biasVariance}.`;
	}
	return true;
}

function appliesToConvolution(depth: number, outputs: number): true | string {
	if (depth === 1 && outputs === 1) return true;
	const instead =
		depth > 1 ? `this network has L = ${depth} layers` : `this problem has D = ${outputs} outputs`;
	return `kernel-rescaling handles one convolutional layer with stride = patch${depth > 1 ? "" : " and one output"}; ${instead}.`;
}
