import type { Matrix } from "@finitude/engine";
import type { GeneralizationError } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "./chain-result.ts";
import { momentSeries, type SampledPoints } from "./moment-series.ts";
import { type PointEstimates, standardErrorOfMean } from "./point-estimates.ts";

/** E (f - y)^2 at a set of points, and the series that its error comes from. */
export interface SampledSquaredError {
	readonly error: GeneralizationError;
	/** One for each chain: to first order, the error's estimate moves with the mean of these. */
	readonly total: readonly Float64Array[];
}

/**
 * E (f - y)^2 averaged over points and outputs, split into bias^2 and variance. Standard errors by the delta method on series that
 * hold the correlations between points: (2/n) sum_i (mean_i - y_i) m_it for the bias, the mean of the variance series for the
 * variance, their sum for the total. The bias is squared at the sampled mean: its expectation is too large by the mean squared
 * standard error, which is taken off.
 *
 * @param targets y, as many as `estimates` has points and outputs
 */
export function sampledSquaredError(
	points: SampledPoints,
	targets: Matrix,
	chains: readonly ChainResult[],
	estimates: PointEstimates,
	draws: number,
): SampledSquaredError {
	const n = targets.data.length;
	const bias = chains.map(() => new Float64Array(draws));
	const spread = chains.map(() => new Float64Array(draws));
	let biasSquared = 0;
	let variance = 0;
	for (let i = 0; i < n; i++) {
		const misfit = estimates.mean.data[i]! - targets.data[i]!;
		biasSquared += (misfit ** 2 - estimates.meanStandardError.data[i]! ** 2) / n;
		variance += estimates.variance.data[i]! / n;
		const means = momentSeries(chains, points, "mean", i, draws);
		const variances = momentSeries(chains, points, "variance", i, draws);
		for (let c = 0; c < chains.length; c++) {
			for (let t = 0; t < draws; t++) {
				bias[c]![t]! += ((2 * misfit) / n) * means[c]![t]!;
				spread[c]![t]! += variances[c]![t]! / n;
			}
		}
	}
	const total = bias.map((series, c) => series.map((x, t) => x + spread[c]![t]!));
	return {
		error: {
			total: biasSquared + variance,
			totalStandardError: standardErrorOfMean(total),
			biasSquared,
			biasSquaredStandardError: standardErrorOfMean(bias),
			variance,
			varianceStandardError: standardErrorOfMean(spread),
		},
		total,
	};
}

/** The generalization error of a problem with test targets. */
export function generalizationError(
	{ testTargets }: Problem,
	chains: readonly ChainResult[],
	test: PointEstimates,
	draws: number,
): GeneralizationError | undefined {
	if (testTargets === undefined) return undefined;
	return sampledSquaredError("test", testTargets, chains, test, draws).error;
}
