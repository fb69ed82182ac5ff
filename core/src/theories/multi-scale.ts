/**
 * `multi-scale`: one hidden unit in the field of all others, its weights adapted to the data.
 *
 * 1. Approximates: the weight distribution of a unit by its prior tilted by the dual field Delta of the outputs, whose
 *    fluctuations are left out (tree), kept to first order (one-loop), or kept self-consistently (self-consistent, the
 *    project's own synthesis: every answer of it says so).
 * 2. Problems: dense layers without readout bias. Linear units: any depth with one output, one layer with several outputs, a
 *    bias in the first layer; noiseVariance = 0 for a kernel of full rank. Bounded units: one layer, one output, both scalings.
 * 3. Exact: mean-field scaling with kappa of order 1/N at fixed data, N -> infinity, with errors of order 1/N (tree);
 *    self-consistent: to leading order in 1/N in both scalings, good up to P/N of about 1.6.
 * 4. Order parameters: dualField Delta = (y - f)/kappa; linear: scale t > 0 = the product of the layerScales u_l, roots (t,
 *    action above the lowest), or the D x D matrix outputScale T; bounded: meanFluctuationFactor <L> >= 1.
 * 5. Solves: kappa Delta + f(Delta) = y; linear: N_l (u_l - 1) = t x [- tr t K0 R] for every layer: (2)-(15) of
 *    docs/theories/multi-scale.md.
 * 6. Gives: means; variances and covariances of tree and self-consistent (several outputs: self-consistent only);
 *    kernels.output for one output, of deep linear networks with self-consistent only, then with kernels.preactivation;
 *    never the log evidence.
 * 7. References: Rubin et al. 2025, arXiv 2502.03210 (tree and one-loop follow its program); Li and Sompolinsky 2021,
 *    arXiv 2012.04030; Pacelli et al. 2023, arXiv 2209.04882. The equations are derived here, not quoted.
 * 8. Cost: linear: one eigendecomposition, O(P^3), then thousands of evaluations of O(P L). Bounded: O(S P^2) for each of some
 *    tens of Newton steps with S nodes.
 * 9. Fails: several roots of a linear network (all are reported with their actions; deep-linear weights them); one-loop without
 *    a root for P of the order of N (not converged); P/N above 1.6; few effective samples (effectiveSampleSize, refused below
 *    0.05).
 * 10. Checked: fixtures/golden/multi-scale-*.json, equality with kernel-rescaling (scale, matrix of scales) and with the tree of
 *    self-consistent, variance = kappa df/dy by finite differences, width 1e8 against nngp.
 */

import { scoped } from "@finitude/engine";
import { firstNonlinear } from "../samplers/linear-networks.ts";
import { withoutResidualBlocks } from "./applicability.ts";
import { applies } from "./multi-scale/applies.ts";
import { solveLinear } from "./multi-scale/linear/solve-linear.ts";
import { solveNonlinear } from "./multi-scale/nonlinear/solve-nonlinear.ts";
import { type MultiScaleOptions, options, requireVariant } from "./multi-scale/options.ts";
import { references } from "./multi-scale/references.ts";
import type { Theory } from "./theory.ts";

export const multiScale: Theory<MultiScaleOptions> = {
	id: "multi-scale",
	title: "Multi-scale adaptive theory",
	aliases: ["msat", "adaptive-theory"],
	summary: "One hidden unit in the field of all others, its weights adapted to the data.",
	references,
	assumes: ["sharp-kernels"],
	options,
	applies: withoutResidualBlocks("multi-scale", applies),
	solve(problem, settings, context) {
		requireVariant(settings, problem);
		const solve = firstNonlinear(problem.network) === undefined ? solveLinear : solveNonlinear;
		// The work space of a matrix of scales stays in the engine.
		return scoped(context.engine, () => solve(settings, problem, context));
	},
};
