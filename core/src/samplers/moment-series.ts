import { linearized } from "../diagnostics/linearized.ts";
import { mean, pooled } from "../diagnostics/moments.ts";
import type { ChainResult } from "./chain-result.ts";
import { relativeWeights } from "./draw-weights.ts";
import { type PointQuantity, seriesOf } from "./observables.ts";

/** A posterior moment of f at a point. */
export type PosteriorMoment = "mean" | "variance";

/** Where f is looked at. */
export type SampledPoints = "train" | "test";

/**
 * The series whose average estimates a moment of f at one point and output, from the conditional moments m_t, v_t of the
 * draws: m_t for the mean, v_t + (m_t - mean)^2 for the variance. The Monte-Carlo standard error of its average is that of
 * the moment; for the variance up to terms of second order, since the mean is estimated from the same draws. Series of
 * weighted draws are linearized.
 *
 * @param index row-major among points and outputs
 */
export function momentSeries(
	chains: readonly ChainResult[],
	points: SampledPoints,
	moment: PosteriorMoment,
	index: number,
	draws: number,
): readonly Float64Array[] {
	const weights = relativeWeights(chains, draws);
	const [meanName, varianceName]: PointQuantity[] =
		points === "train" ? ["trainMean", "trainVariance"] : ["testMean", "testVariance"];
	const means = seriesOf(chains, meanName!, index, draws);
	const averaged = linearized(means, weights);
	if (moment === "mean") return averaged;
	const center = mean(pooled(averaged));
	const spreads = seriesOf(chains, varianceName!, index, draws).map((series, c) =>
		series.map((v, t) => v + (means[c]![t]! - center) ** 2),
	);
	return linearized(spreads, weights);
}
