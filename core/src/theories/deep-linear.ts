/**
 * `deep-linear`: the exact posterior of linear networks of any depth and width.
 *
 * 1. Approximates: nothing. Given the norms of its layers a linear network is a Gaussian process with kernel q K; the answer is
 *    the average over the posterior of q = prod chi2_{N_l} / N_l, or of a matrix Q for several outputs or the patches of a
 *    convolution.
 * 2. Problems: dense linear layers in any number with any number of outputs, or one linear convolution (patch = stride) with
 *    one output; biases of the first layer and of the readout, both scalings; noiseVariance = 0 for a kernel of full rank,
 *    without readout bias.
 * 3. Exact: always, up to a quadrature whose error is below 1e-12 (one scale) or 1e-9 (a 2 x 2 matrix of one layer); larger
 *    matrices and products of them up to the Monte-Carlo error that is reported.
 * 4. Order parameters: scaleMean = E[q | y] and scaleDeviation, the root of its variance, both in (0, infinity); for a matrix
 *    scaleMean = E[Q | y], positive semi-definite.
 * 5. Solves: the integral (3) over log q of docs/theories/scale-mixture.md; at zero noise and L = 1 the closed forms (6), (7);
 *    over Q (9)-(12).
 * 6. Gives: means, variances, covariances, log evidence; kernels.output (5) for one hidden layer with one scale, without readout
 *    bias; nothing on kernels.preactivation.
 * 7. References: Li and Sompolinsky 2021, arXiv 2012.04030; Zavatone-Veth and Pehlevan 2021, arXiv 2104.11734; Hanin and
 *    Zlokapa 2022, arXiv 2212.14457; Bassetti et al. 2024, arXiv 2406.03260. The equations are derived here.
 * 8. Cost: one eigendecomposition, O(P^3), some hundred to thousand nodes of O(P), then O(P^2) for each node kept; for a matrix
 *    some ten thousand nodes of O(P D^2), or of O(P^3) for a convolution, and as many predictions.
 * 9. Fails: with one scale nowhere known; `convergence.residual` is the change of the log evidence when the step of the quadrature
 *    is doubled. Importance sampling over large matrices: the effective sample size tells.
 * 10. Checked: fixtures/golden/deep-linear-*.json, brute-force quadrature over the factors, closed forms, samplers; for
 *    matrices weighted draws of the weights themselves.
 */
import { z } from "zod";
import type { Problem } from "../problem/problem.ts";
import { firstNonlinear } from "../samplers/linear-networks.ts";
import { withoutResidualBlocks } from "./applicability.ts";
import { scaleMixtureAnswer } from "./scale-mixture/answer.ts";
import { scaleMixtureApplies } from "./scale-mixture/applies.ts";
import { matrixOptions } from "./scale-mixture/matrix-options.ts";
import { meanTermOption } from "./scale-mixture/mean-term.ts";
import {
	bassetti2024feature,
	hanin2022bayesian,
	li2021statistical,
	zavatone2021exact,
} from "./scale-mixture/references.ts";
import { firstUpperBias } from "./scale-mixture/validity.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({ ...meanTermOption, ...matrixOptions });

export const deepLinear: Theory<z.output<typeof options>> = {
	id: "deep-linear",
	title: "Deep linear network, exact",
	aliases: [],
	summary: "The exact posterior of linear networks at any depth and width.",
	references: [li2021statistical, zavatone2021exact, hanin2022bayesian, bassetti2024feature],
	assumes: [],
	options,
	applies: withoutResidualBlocks("deep-linear", applies),
	solve: (problem, chosen, context) => scaleMixtureAnswer("deep-linear", problem, chosen, context),
};

function applies(problem: Problem): true | string {
	const nonlinear = firstNonlinear(problem.network);
	if (nonlinear) {
		return `deep-linear is exact for linear activations only; layer ${nonlinear.layer} has ${nonlinear.activation}. Use scale-mixture.`;
	}
	const biased = firstUpperBias(problem);
	if (biased !== undefined) {
		return `deep-linear: a bias in hidden layer ${biased} breaks the scale mixture.`;
	}
	return scaleMixtureApplies("deep-linear", problem);
}
