/**
 * `map-kernels`: the most probable kernels of all layers, given the data.
 *
 * 1. Approximates: the posterior over the kernels of all layers by its maximum, or by the first order in 1/N around infinite width.
 * 2. Problems: dense layers of any depth without a readout bias, any activation (order saddle: linear and bounded smooth ones),
 *    hidden biases, any number of outputs, both scalings.
 * 3. Exact: saddle where kernels concentrate, P << N or mean-field scaling with kappa of order 1/N; complete-first to O(1/N) at
 *    fixed data, its error falls as 1/N^2; first has kernels to O(1/N), not the mean.
 * 4. Order parameters: dualField Delta = R y; complete-first: kernelOnlyTestMean, kernelVarianceFirstRow.
 * 5. Solves: (1)-(13) of docs/theories/map-kernels.md: kernels forward, conjugate kernels backward.
 * 6. Gives: means; variances without the fluctuations of the kernels (not complete-first); kernels.preactivation, output and
 *    conjugate.
 * 7. References: Fischer et al. 2024, arXiv 2405.10761; Yaida 2020, arXiv 1910.00019. The equations are derived here.
 * 8. Cost: P^4/24 four-point moments a layer, or O(S n^2) for S random points; complete-first n^4/4 numbers.
 * 9. Fails: the two first orders in mean-field scaling and at P of the order of N (expansion above 0.3); the mean of first.
 * 10. Checked: fixtures/golden/map-kernels-*.json, multi-scale-erf-*.json, finite-width-correction, the exact posterior of linear
 *    networks, sampled prior networks.
 */
import { withoutResidualBlocks } from "./applicability.ts";
import { applies } from "./map-kernels/applies.ts";
import { type MapKernelsOptions, options, requireOrderOfKernels } from "./map-kernels/options.ts";
import { references } from "./map-kernels/references.ts";
import { solveSaddle } from "./map-kernels/saddle/solve-saddle.ts";
import { solveCompleteFirst } from "./map-kernels/solve-complete-first.ts";
import { solveFirst } from "./map-kernels/solve-first.ts";
import type { Theory } from "./theory.ts";

const solvers = {
	first: solveFirst,
	"complete-first": solveCompleteFirst,
	saddle: solveSaddle,
};

export const mapKernels: Theory<MapKernelsOptions> = {
	id: "map-kernels",
	title: "Most probable kernels",
	aliases: ["map", "forward-backward"],
	summary:
		"The most probable kernels of all layers: forward for kernels, backward for the force of the data.",
	references,
	assumes: ["first-order-change"],
	options,
	applies: withoutResidualBlocks("map-kernels", applies),
	solve(problem, chosen, context) {
		requireOrderOfKernels(chosen);
		return solvers[chosen.order](chosen, problem, context);
	},
};
