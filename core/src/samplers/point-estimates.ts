import { type Matrix, matrix } from "@finitude/engine";
import { mcseMean } from "../diagnostics/index.ts";
import { mean, pooled, variance } from "../diagnostics/moments.ts";
import type { ChainResult } from "./chain-result.ts";
import { momentSeries, type SampledPoints } from "./moment-series.ts";

/** Posterior mean and variance of f at a set of points, with Monte-Carlo standard errors; points x outputs each. */
export interface PointEstimates {
	readonly mean: Matrix;
	readonly meanStandardError: Matrix;
	readonly variance: Matrix;
	readonly varianceStandardError: Matrix;
}

/**
 * Averages the conditional moments m_t, v_t of all draws (Rao-Blackwell): mean = average of m, variance = average of v plus
 * variance of m. The squared deviations of m are taken from its sample mean, so that their average falls short by the
 * variance of that mean, however correlated the draws are: the squared standard error of the mean is added.
 */
export function pointEstimates(
	chains: readonly ChainResult[],
	points: SampledPoints,
	outputs: number,
	draws: number,
): PointEstimates {
	const stored = points === "train" ? chains[0]!.trainMean : chains[0]!.testMean;
	const size = stored.length / chains[0]!.completedDraws;
	const empty = () => matrix(size / outputs, outputs);
	const estimates = {
		mean: empty(),
		meanStandardError: empty(),
		variance: empty(),
		varianceStandardError: empty(),
	};
	for (let index = 0; index < size; index++) {
		const means = momentSeries(chains, points, "mean", index, draws);
		const spreads = momentSeries(chains, points, "variance", index, draws);
		const meanError = standardErrorOfMean(means);
		estimates.mean.data[index] = mean(pooled(means));
		estimates.meanStandardError.data[index] = meanError;
		estimates.variance.data[index] = mean(pooled(spreads)) + meanError ** 2;
		estimates.varianceStandardError.data[index] = standardErrorOfMean(spreads);
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
