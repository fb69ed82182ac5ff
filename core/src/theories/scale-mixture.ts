/**
 * `scale-mixture`: the prior kernel times a random number, averaged over its posterior.
 *
 * 1. Approximates: the network by a mixture of Gaussian processes with kernels q K, q = prod chi2_{N_l} / N_l; for several
 *    outputs or the patches of a convolution q is a matrix Q, a product of Wishart matrices.
 * 2. Problems: dense layers in any number with any number of outputs, or one convolution (patch = stride) with one output;
 *    any activation, biases, both scalings; noiseVariance = 0 for a kernel of full rank, without readout bias.
 * 3. Exact: linear units at any width (`deep-linear`); infinite width. For other units an ansatz, the one whose Laplace
 *    approximation is `kernel-rescaling`.
 * 4. Order parameters: scaleMean = E[q | y] and scaleDeviation, the root of its variance, both in (0, infinity); for a matrix
 *    scaleMean = E[Q | y], positive semi-definite.
 * 5. Solves: the integral (3) over log q, and over an angle (8) for units with a mean; over Q (9)-(12):
 *    docs/theories/scale-mixture.md.
 * 6. Gives: means, variances, covariances, log evidence; kernels.output (5) for one hidden layer with one scale, without readout
 *    bias and mean term; nothing on kernels.preactivation.
 * 7. References: Pacelli et al. 2023, arXiv 2209.04882 (the ansatz at its saddle point); Li and Sompolinsky 2021, arXiv
 *    2012.04030 and Zavatone-Veth and Pehlevan 2021, arXiv 2104.11734 (linear units); Bassetti et al. 2024, arXiv 2406.03260
 *    (matrices of scales). The equations are derived here.
 * 8. Cost: one eigendecomposition, O(P^3), some hundred to thousand nodes of O(P), then O(P^2) for each node kept; for a matrix
 *    some ten thousand nodes of O(P D^2), or of O(P^3) for a convolution, and as many predictions.
 * 9. Fails: nonlinear units as much as `kernel-rescaling` does (few input dimensions); it cannot tell, compare with a sampler.
 *    Importance sampling over large matrices: the effective sample size tells.
 * 10. Checked: fixtures/golden/mixture-*.json, `deep-linear` for linear units, Bessel closed forms at zero noise,
 *    `kernel-rescaling` at the mode, drawn networks; for matrices weighted draws of the weights themselves.
 */
import { z } from "zod";
import { withoutResidualBlocks } from "./applicability.ts";
import { scaleMixtureAnswer } from "./scale-mixture/answer.ts";
import { scaleMixtureApplies } from "./scale-mixture/applies.ts";
import { matrixOptions } from "./scale-mixture/matrix-options.ts";
import { meanTermOption } from "./scale-mixture/mean-term.ts";
import {
	bassetti2024feature,
	li2021statistical,
	pacelli2023statistical,
	zavatone2021exact,
} from "./scale-mixture/references.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({ ...meanTermOption, ...matrixOptions });

export const scaleMixture: Theory<z.output<typeof options>> = {
	id: "scale-mixture",
	title: "Scale mixture",
	aliases: ["wishart-mixture", "gamma-mixture"],
	summary: "The prior kernel times a random number or matrix, averaged over its posterior.",
	references: [pacelli2023statistical, li2021statistical, zavatone2021exact, bassetti2024feature],
	assumes: ["one-scale", "gaussian-features"],
	options,
	applies: withoutResidualBlocks("scale-mixture", (problem) => scaleMixtureApplies("scale-mixture", problem)),
	solve: (problem, chosen, context) => scaleMixtureAnswer("scale-mixture", problem, chosen, context),
};
