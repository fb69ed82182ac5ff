/**
 * `exact-mean-field`: the saddle over the output kernel with the exact, non-Gaussian density of the neurons.
 *
 * 1. Approximates: the posterior of the output kernel of one hidden layer by its most likely value; the density of the neurons
 *    given that kernel is kept exactly.
 * 2. Problems: one hidden layer, dense or a convolution with patch = stride, one output, noiseVariance > 0, any activation that
 *    grows at most linearly, biases, both scalings.
 * 3. Exact: mean-field scaling with kappa of order 1/N at fixed data, N -> infinity, with errors of order 1/N.
 * 4. Order parameters: Sigma, the second moment of a neuron's weights (its bias last); freeEnergy S; kurtosis, the excess
 *    kurtosis of the weights along the top eigenvector of Sigma; effectiveSampleSize of sampled nodes.
 * 5. Solves: (1)-(3) of docs/theories/exact-mean-field.md for the P x P kernel Q.
 * 6. Gives: means, variances, covariances, log evidence, kernels.output and kernels.preactivation.
 * 7. References: Seroussi, Naveh and Ringel 2021, arXiv 2112.15383, the Gaussian version of this saddle; Mei, Montanari and
 *    Nguyen 2018, arXiv 1804.06561, mean-field scaling. The equations are derived here, not quoted.
 * 8. Cost: 3 to 10 Newton steps, each about 10 products of O(M J P^2) with M nodes and J positions; fluctuations O(M P^4).
 * 9. Fails: small N, where the kernel fluctuates (tr(Q R)/N); more than about 10 weights per neuron, where few sampled nodes
 *    count (effectiveSampleSize; refused below 200); a density that cannot be normalized (not converged).
 * 10. Checked: fixtures/golden/exact-mean-field-*.json, finite differences of the saddle equations and of S, the closed linear
 *    case, the kernel saddle of self-consistent, sampled networks.
 */
import { z } from "zod";
import { withoutResidualBlocks } from "./applicability.ts";
import { applies } from "./exact-mean-field/applies.ts";
import { references } from "./exact-mean-field/references.ts";
import { solveExactMeanField } from "./exact-mean-field/solve-exact-mean-field.ts";
import { samplesOption, seedOption } from "./sampling-options.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({
	variance: z
		.enum(["conditional", "with-kernel-fluctuations"])
		.default("conditional")
		.describe(
			"conditional: the variance at the most likely kernel. with-kernel-fluctuations: with the spread of the mean over kernels, needed in the mean-field scaling, harmful in the standard one.",
		),
	evidence: z
		.enum(["saddle", "one-loop"])
		.default("saddle")
		.describe(
			"saddle: minus the free energy at the saddle. one-loop: with the Gaussian fluctuations around it.",
		),
	samples: samplesOption(
		{ most: 2 ** 22, usual: 2 ** 14 },
		"Number of sampled nodes, rounded up to a power of two; without effect on a quadrature.",
	),
	seed: seedOption("the sampled nodes"),
	integration: z
		.enum(["auto", "quadrature", "importance", "sphere"])
		.default("auto")
		.describe(
			"auto: quadrature for at most two weights per neuron, else directions on the sphere for relu and linear, else importance sampling. quadrature, importance, sphere: that one.",
		),
});

type Options = z.output<typeof options>;

export const exactMeanField: Theory<Options> = {
	id: "exact-mean-field",
	title: "Exact mean field",
	aliases: ["emf", "mean-field-saddle"],
	summary: "The most likely output kernel with the exact density of the neurons (one hidden layer).",
	references,
	assumes: ["sharp-kernels"],
	posteriorLayers: true,
	options,
	applies: withoutResidualBlocks("exact-mean-field", applies),
	solve: (problem, settings, context) => solveExactMeanField(settings, problem, context),
};
