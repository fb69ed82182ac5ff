/**
 * `kernel-rescaling`: the prior kernel times a few numbers that the data determine.
 *
 * 1. Approximates: the posterior of f by the Gaussian process whose kernel is the prior's with one scale Q_l > 0 for each
 *    layer, at the lowest minimum of an action S(Q).
 * 2. Problems: dense layers of any depth and widths, one output, any activation, biases, both scalings; noiseVariance = 0 for
 *    a kernel of full rank.
 * 3. Exact: linear units as P, N -> infinity with P/N fixed (Laplace's method, error O(1/N)); for other units under the
 *    ansatz that the hidden kernel fluctuates like a Wishart matrix, which wants a large input dimension.
 * 4. Order parameters: Q_1 .. Q_L in (0, infinity); for one layer of units with a mean, q of the fluctuations and c of the
 *    mean (meanTermScale).
 * 5. Solves: dS/dlog Q_l = 0, S = sum_l N_l (Q_l - log Q_l) + log det A + y^T A^-1 y, A = R + kappa I with R the
 *    renormalized kernel, Q K for one layer: (1)-(12) of docs/theories/kernel-rescaling.md.
 * 6. Gives: means, variances, covariances, log evidence with its one-loop factor, kernels.predictor = R, and for one layer
 *    kernels.output (7) without readout bias and mean term; nothing on kernels.preactivation.
 * 7. References: Pacelli et al. 2023, arXiv 2209.04882 (their effective action, with their 1/lambda_l = our variances and
 *    temperature = our kappa); Li and Sompolinsky 2021, arXiv 2012.04030 (linear units, zero noise); Baglioni et al. 2024,
 *    arXiv 2401.11004.
 * 8. Cost: one eigendecomposition, O(P^3), then 8000 evaluations of O(P) and one Cholesky factorization; recursions nested
 *    and full: some ten evaluations of O(L P^3) and O(L) kernel maps.
 * 9. Fails: several minima (all that are found are reported, with the weight of the next one), few input dimensions,
 *    activations with a mean whose term is ignored (the overlap of the targets with the mean is reported).
 * 10. Checked: fixtures/golden/rescaling-*.json, finite differences of the action, N -> infinity, equality of the recursions
 *    for linear and relu layers.
 */
import type { Problem } from "../problem/problem.ts";
import { solveOneOutput } from "./kernel-rescaling/one-output.ts";
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
	solve: solveOneOutput,
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
	if (convolution) {
		return "kernel-rescaling is available for dense layers only; a convolution wants a matrix of scales over its patches.";
	}
	if (outputs > 1) {
		return `kernel-rescaling is available for one output only; this problem has D = ${outputs}, which want a matrix of scales.`;
	}
	return true;
}
