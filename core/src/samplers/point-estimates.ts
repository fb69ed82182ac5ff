import { type Matrix, matrix } from "@finitude/engine";
import { mcseMean } from "../diagnostics/index.ts";
import { mean, pooled, variance } from "../diagnostics/moments.ts";
import type { ChainResult } from "./chain-result.ts";
import { type PointQuantity, seriesOf } from "./observables.ts";

/** Posterior mean and variance of f at a set of points, with Monte-Carlo standard errors; points x outputs each. */
export interface PointEstimates {
	readonly mean: Matrix;
	readonly meanStandardError: Matrix;
	readonly variance: Matrix;
	readonly varianceStandardError: Matrix;
}

/**
 * Averages the conditional moments m_t, v_t of all draws (Rao-Blackwell): mean = average of m, variance = average of v plus
 * variance of m. The standard error of the variance is that of the mean of v_t + (m_t - mean)^2, which differs from the
 * variance's own series by terms of second order.
 */
export function pointEstimates(
	chains: readonly ChainResult[],
	points: "train" | "test",
	outputs: number,
	draws: number,
): PointEstimates {
	const [meanName, varianceName]: PointQuantity[] =
		points === "train" ? ["trainMean", "trainVariance"] : ["testMean", "testVariance"];
	const size = chains[0]![meanName!].length / chains[0]!.completedDraws;
	const empty = () => matrix(size / outputs, outputs);
	const estimates = {
		mean: empty(),
		meanStandardError: empty(),
		variance: empty(),
		varianceStandardError: empty(),
	};
	for (let index = 0; index < size; index++) {
		const means = seriesOf(chains, meanName!, index, draws);
		const variances = seriesOf(chains, varianceName!, index, draws);
		const center = mean(pooled(means));
		const influence = variances.map((series, c) => series.map((v, t) => v + (means[c]![t]! - center) ** 2));
		estimates.mean.data[index] = center;
		estimates.meanStandardError.data[index] = standardErrorOfMean(means);
		estimates.variance.data[index] = mean(pooled(influence));
		estimates.varianceStandardError.data[index] = standardErrorOfMean(influence);
	}
	return estimates;
}

/**
 * The Monte-Carlo standard error of a mean: 0 for a quantity that is constant over all chains. When every chain keeps a
 * value of its own the chains are all there is to count: the spread of their means over the square root of their number.
 */
export function standardErrorOfMean(series: readonly Float64Array[]): number {
	const diagnostic = mcseMean(series);
	if (diagnostic.defined) return diagnostic.value;
	if (diagnostic.cause === "constant") return 0;
	if (series.length === 1) return Math.sqrt(variance(series[0]!));
	return Math.sqrt(variance(Float64Array.from(series, mean)) / series.length);
}
