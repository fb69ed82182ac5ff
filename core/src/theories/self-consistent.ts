/**
 * `self-consistent`: a Gaussian process whose kernel adapts to the targets.
 *
 * 1. Approximates: the posterior of the outputs by the saddle point of the exact cumulant generating function of their prior
 *    (tree), with its first fluctuation correction (loop), or by the saddle over the random kernel (kernel-saddle).
 * 2. Problems: one hidden layer, one output, both scalings, biases; linear dense layers and linear convolutions with
 *    patch = stride; dense layers with erf, tanh and other bounded activations.
 * 3. Exact: mean-field scaling with kappa of order 1/N at fixed data, N -> infinity, with errors of order 1/N (tree,
 *    kernel-saddle) and 1/N^2 (loop); standard scaling likewise, where the tree is no better than infinite width.
 * 4. Order parameters: tau = (y - f)/kappa; linear tree: singularValues of Theta and domainDistance in (0, 1];
 *    linear kernel-saddle: filterCovariance Sg and discrepancy g; bounded tree: targetAlignment in [0, 1] of the adapted
 *    kernel and priorTargetAlignment.
 * 5. Solves: kappa tau + W'(tau) = y and relatives: (1)-(16) of docs/theories/self-consistent.md.
 * 6. Gives: means; tree also variances, covariances, log evidence; tree and kernel-saddle kernels.output; nothing on
 *    kernels.preactivation.
 * 7. References: Naveh and Ringel 2021, arXiv 2106.04110 (with their sigma^2 = our kappa); Naveh et al. 2021,
 *    arXiv 2004.01190; Zavatone-Veth et al. 2021, arXiv 2106.00651. The equations are derived here, not quoted.
 * 8. Cost: tree about 8 Newton steps of O(P^2 M S + P^3); loop 2P such evaluations a step; kernel-saddle conjugate gradients,
 *    each O(P^2 M S + P M S^2). Bounded: O(P^2) for each of 1e3 to 1e6 points of integration and step.
 * 9. Fails: tree in the standard scaling with P << N (weakRegime); loop at small N, without a root (not converged) or with one
 *    far from the tree (loopTreeDistance above 0.3); tau close to the edge of the domain of W (domainDistance);
 *    bounded units above three input dimensions with a strong tilt (quadratureError, not converged).
 * 10. Checked: fixtures/golden/scgp-*.json, finite differences of W, the dual problem over Theta, N -> infinity,
 *    bounded units against brute force and, with linear units, against the closed forms.
 */
import { z } from "zod";
import { withoutResidualBlocks } from "./applicability.ts";
import { applies } from "./self-consistent/applies.ts";
import { solveBounded } from "./self-consistent/bounded/solve-bounded.ts";
import { linearModel } from "./self-consistent/linear/linear-model.ts";
import { references } from "./self-consistent/references.ts";
import { solveVariant } from "./self-consistent/variants.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({
	variant: z
		.enum(["tree", "loop", "kernel-saddle"])
		.default("tree")
		.describe(
			"tree: the saddle point alone, with variances and evidence. loop: its first fluctuation correction, means only. kernel-saddle: the saddle over the random kernel, means and kernel, for P of the order of N.",
		),
});

type Options = z.output<typeof options>;

export const selfConsistent: Theory<Options> = {
	id: "self-consistent",
	title: "Self-consistent Gaussian process",
	aliases: ["scgp", "self-consistent-gp"],
	summary: "A Gaussian process whose kernel adapts to the targets (one hidden layer, mean-field scaling).",
	references,
	assumes: ["sharp-kernels"],
	options,
	applies: withoutResidualBlocks("self-consistent", applies),
	solve(problem, { variant }, context) {
		if (problem.network.layers[0]!.activation !== "linear") return solveBounded(variant, problem, context);
		return solveVariant(variant, linearModel(context.engine, problem), problem, context);
	},
};
