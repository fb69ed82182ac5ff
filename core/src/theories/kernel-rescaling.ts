/**
 * `kernel-rescaling`: the prior kernel times a few numbers that the data determine.
 *
 * 1. Approximates: the posterior of f by the Gaussian process whose kernel is the prior's with one scale Q_l > 0 for each
 *    layer, or a matrix of scales over outputs or patches, at the lowest minimum of an action S(Q).
 * 2. Problems: dense layers of any depth and widths, one output; one dense layer, several outputs, no readout bias; one
 *    convolution, one output. Any activation, biases, both scalings; noiseVariance = 0 for a kernel of full rank.
 * 3. Exact: linear units as P, N -> infinity with P/N fixed (Laplace's method, error O(1/N)); for other units under the
 *    ansatz that the hidden kernel fluctuates like a Wishart matrix, which wants a large input dimension.
 * 4. Order parameters: Q_1 .. Q_L in (0, infinity); for one layer of units with a mean, q of the fluctuations and c of the
 *    mean (meanTermScale); Q > 0, D x D, for several outputs; n_p x n_p, its diagonal or q I, for a convolution.
 * 5. Solves: dS/dlog Q_l = 0, S = sum_l N_l (Q_l - log Q_l) + log det A + y^T A^-1 y, A = R + kappa I with R the
 *    renormalized kernel, Q K for one layer: (1)-(12) of docs/theories/kernel-rescaling.md; dS/dQ = 0 of (13) and (16).
 * 6. Gives: means, variances, covariances, log evidence with its one-loop factor, kernels.predictor = R, and for one layer
 *    kernels.output (7) without readout bias and mean term; testOutputCovariance for several outputs; nothing on
 *    kernels.preactivation.
 * 7. References: Pacelli et al. 2023, arXiv 2209.04882 (their effective action, with their 1/lambda_l = our variances and
 *    temperature = our kappa); Li and Sompolinsky 2021, arXiv 2012.04030 (linear units, zero noise); Baglioni et al. 2024,
 *    arXiv 2401.11004; Baglioni et al. 2024, arXiv 2412.15911 (several outputs); Aiudi et al. 2025, arXiv 2307.11807
 *    (convolutions).
 * 8. Cost: one eigendecomposition, O(P^3), then 8000 evaluations of O(P) and one Cholesky factorization; recursions nested
 *    and full: some ten evaluations of O(L P^3) and O(L) kernel maps.
 *    Matrices: O(P D^2) and O(n_p^2 P^2 + P^3) for each of some tens of gradients.
 * 9. Fails: several minima (all that are found are reported, with the weight of the next one), few input dimensions,
 *    activations with a mean whose term is ignored (the overlap of the targets with the mean is reported).
 * 10. Checked: fixtures/golden/rescaling-*.json, finite differences of the action, N -> infinity, equality of the recursions
 *    for linear and relu layers.
 */
import { scoped } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { withoutResidualBlocks } from "./applicability.ts";
import { solveOutputs } from "./kernel-rescaling/matrix/outputs.ts";
import { solvePatches } from "./kernel-rescaling/matrix/patches.ts";
import { solveOneOutput } from "./kernel-rescaling/one-output.ts";
import { type KernelRescalingOptions, options } from "./kernel-rescaling/options.ts";
import { references } from "./kernel-rescaling/references.ts";
import type { Theory } from "./theory.ts";

export const kernelRescaling: Theory<KernelRescalingOptions> = {
	id: "kernel-rescaling",
	title: "Kernel rescaling",
	aliases: ["rkgp", "proportional-limit", "kernel renormalization", "kernel-renormalization"],
	summary: "The prior kernel times a few numbers that the data determine (P and N large, P/N fixed).",
	references,
	assumes: ["one-scale", "gaussian-features"],
	options,
	applies: withoutResidualBlocks("kernel-rescaling", applies),
	solve(problem, choices, context) {
		const solve = hasConvolution(problem)
			? solvePatches
			: problem.trainTargets.columns > 1
				? solveOutputs
				: solveOneOutput;
		// Models of a matrix of scales leave their work space in the engine.
		return scoped(context.engine, () => solve(problem, choices, context));
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
	if (outputs > 1 && network.readout.biasVariance > 0) {
		return `kernel-rescaling takes no readout bias when there are several outputs; this problem has D = ${outputs} and readout.biasVariance = ${network.readout.biasVariance}.`;
	}
	return true;
}

function appliesToConvolution(depth: number, outputs: number): true | string {
	if (depth === 1 && outputs === 1) return true;
	const instead =
		depth > 1
			? `this network has L = ${depth} layers`
			: `several outputs (here D = ${outputs}) want a dense layer`;
	return `kernel-rescaling handles one convolutional layer with stride = patch; ${instead}.`;
}
