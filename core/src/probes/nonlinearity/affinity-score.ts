/**
 * The affinity score of two one-dimensional samples of one size: 1 - W_2(T x, y) / sqrt(2 Var y), T x = mean(y) + (sd(y)/sd(x)) (x - mean(x))
 * the affine map of positive slope that gives x the mean and the variance of y. W_2 pairs the sorted samples, so that the score is
 * 1 - sqrt(1 - r), r the correlation of the sorted samples: 1 where y is an affine function of x with positive slope or constant, else below.
 *
 * Bouniot et al. 2023, arXiv 2310.11439, in one dimension.
 *
 * @param x sorted in place; not constant unless y is
 * @param y sorted in place
 */
export function affinityScore(x: Float64Array, y: Float64Array): number {
	const [u, v] = [standardized(x.sort()), standardized(y.sort())];
	if (v === undefined) return 1;
	if (u === undefined) throw new RangeError("affinityScore: wanted x to vary where y does; got a constant.");
	// 1 - r without the cancellation.
	let distance = 0;
	for (let k = 0; k < u.length; k++) distance += (u[k]! - v[k]!) ** 2;
	return 1 - Math.sqrt(distance / (2 * u.length));
}

/** Of mean 0 and variance 1; undefined where all numbers are equal. */
function standardized(sorted: Float64Array): Float64Array | undefined {
	const [first, last] = [sorted[0]!, sorted[sorted.length - 1]!];
	if (first === last) return undefined;
	// In units of the range, so that no square underflows.
	const result = sorted.map((value) => (value - first) / (last - first));
	let mean = 0;
	for (const value of result) mean += value / result.length;
	let variance = 0;
	for (const value of result) variance += (value - mean) ** 2 / result.length;
	const deviation = Math.sqrt(variance);
	return result.map((value) => (value - mean) / deviation);
}
