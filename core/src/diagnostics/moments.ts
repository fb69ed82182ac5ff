/** Arithmetic mean. */
export function mean(x: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += x[i]!;
	return sum / x.length;
}

/** Unbiased variance: the sum of squared deviations over n - 1. */
export function variance(x: Float64Array): number {
	const center = mean(x);
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += (x[i]! - center) ** 2;
	return sum / (x.length - 1);
}

/** The chains one after the other. */
export function pooled(chains: readonly Float64Array[]): Float64Array {
	const result = new Float64Array(chains.reduce((total, chain) => total + chain.length, 0));
	let offset = 0;
	for (const chain of chains) {
		result.set(chain, offset);
		offset += chain.length;
	}
	return result;
}

/** The quantile of sorted numbers by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
export function sortedQuantile(sorted: Float64Array, probability: number): number {
	const position = probability * (sorted.length - 1);
	const below = Math.floor(position);
	const above = Math.min(below + 1, sorted.length - 1);
	return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}
