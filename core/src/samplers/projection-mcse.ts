import { InputError } from "../errors.ts";
import type { ChainResult } from "./chain-result.ts";
import { shortestLength } from "./combined-draws.ts";
import { momentSeries, type PosteriorMoment, type SampledPoints } from "./moment-series.ts";
import { standardErrorOfMean } from "./point-estimates.ts";

/**
 * Monte-Carlo standard error of a linear projection sum_i weights_i x_i, x the posterior means or the posterior variances of
 * f, computed on the projected series, so that it includes all correlations between points.
 *
 * @param weights one for each point and output, row-major: P* x D for "test", P x D for "train".
 * @throws InputError when their number is another, or there are too few draws.
 */
export function projectionMcse(
	chains: readonly ChainResult[],
	weights: Float64Array,
	points: SampledPoints = "test",
	moment: PosteriorMoment = "mean",
): number {
	return standardErrorOfMean(projectedSeries(chains, weights, points, moment));
}

/**
 * The series behind it, one for each chain; sums of such series give the errors of sums of projections.
 * @throws InputError when the number of weights is another, or there are too few draws.
 */
export function projectedSeries(
	chains: readonly ChainResult[],
	weights: Float64Array,
	points: SampledPoints,
	moment: PosteriorMoment,
): readonly Float64Array[] {
	const draws = shortestLength(chains);
	const stored = points === "test" ? chains[0]!.testMean : chains[0]!.trainMean;
	const size = stored.length / chains[0]!.completedDraws;
	if (weights.length !== size) {
		throw new InputError({
			where: "projectionMcse weights",
			wanted: `${size} numbers`,
			got: `${weights.length}`,
		});
	}
	const projected = chains.map(() => new Float64Array(draws));
	weights.forEach((weight, index) => {
		momentSeries(chains, points, moment, index, draws).forEach((series, c) => {
			for (let t = 0; t < draws; t++) projected[c]![t]! += weight * series[t]!;
		});
	});
	return projected;
}
