import type { ChainResult } from "./chain-result.ts";

/**
 * Importance weights of the first `draws` draws of every chain over their mean. Chains keep their own proposals, but all log
 * weights are those of one normalized posterior, so that draws of all chains compare. Undefined when draws count alike.
 */
export function relativeWeights(chains: readonly ChainResult[], draws: number): Float64Array[] | undefined {
	const logWeights = chains.flatMap(({ scalars }) => scalars.logWeight?.subarray(0, draws) ?? []);
	if (logWeights.length < chains.length) return undefined;
	const top = largestOf(logWeights);
	const weights = logWeights.map((series) => series.map((x) => Math.exp(x - top)));
	const mean =
		weights.reduce((sum, series) => sum + series.reduce((a, b) => a + b, 0), 0) / (chains.length * draws);
	return weights.map((series) => series.map((w) => w / mean));
}

/** The largest of all numbers. */
export function largestOf(series: readonly Float64Array[]): number {
	return series.reduce(
		(top, values) => values.reduce((a, b) => Math.max(a, b), top),
		Number.NEGATIVE_INFINITY,
	);
}
