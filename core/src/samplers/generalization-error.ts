import type { GeneralizationError } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "./chain-result.ts";
import { momentSeries } from "./moment-series.ts";
import { type PointEstimates, standardErrorOfMean } from "./point-estimates.ts";

/**
 * The generalization error of a problem with test targets, split into bias^2 and variance. Standard errors by the delta
 * method on series that hold the correlations between points: (2/n) sum_i (mean_i - y_i) m_it for the bias, the mean of the
 * variance series for the variance, their sum for the total. The bias is squared at the sampled mean: its expectation is too
 * large by the mean squared standard error, which is taken off.
 */
export function generalizationError(
	{ testTargets, trainTargets }: Problem,
	chains: readonly ChainResult[],
	test: PointEstimates,
	draws: number,
): GeneralizationError | undefined {
	if (testTargets === undefined) return undefined;
	const n = testTargets.rows * trainTargets.columns;
	const bias = chains.map(() => new Float64Array(draws));
	const spread = chains.map(() => new Float64Array(draws));
	let biasSquared = 0;
	let variance = 0;
	for (let i = 0; i < n; i++) {
		const misfit = test.mean.data[i]! - testTargets.data[i]!;
		biasSquared += (misfit ** 2 - test.meanStandardError.data[i]! ** 2) / n;
		variance += test.variance.data[i]! / n;
		const means = momentSeries(chains, "test", "mean", i, draws);
		const variances = momentSeries(chains, "test", "variance", i, draws);
		for (let c = 0; c < chains.length; c++) {
			for (let t = 0; t < draws; t++) {
				bias[c]![t]! += ((2 * misfit) / n) * means[c]![t]!;
				spread[c]![t]! += variances[c]![t]! / n;
			}
		}
	}
	const total = bias.map((series, c) => series.map((x, t) => x + spread[c]![t]!));
	return {
		total: biasSquared + variance,
		totalStandardError: standardErrorOfMean(total),
		biasSquared,
		biasSquaredStandardError: standardErrorOfMean(bias),
		variance,
		varianceStandardError: standardErrorOfMean(spread),
	};
}
