/** Small statistics of a layer's units for one draw: power sums, histograms, sizes of kernels. */

/** Bins of equal width from -HISTOGRAM_RANGE to HISTOGRAM_RANGE prior standard deviations. */
export const HISTOGRAM_BINS = 60;
export const HISTOGRAM_RANGE = 6;

/** Rows of `powers`: the means over the rows of h (any number x columns) of h, h^2, h^3 and h^4. */
export function sumPowers(h: Float64Array, columns: number, powers: Float64Array): Float64Array {
	powers.fill(0);
	const share = columns / h.length;
	for (let start = 0; start < h.length; start += columns) {
		for (let i = 0; i < columns; i++) {
			const x = h[start + i]!;
			const square = x * x;
			powers[i]! += share * x;
			powers[columns + i]! += share * square;
			powers[2 * columns + i]! += share * square * x;
			powers[3 * columns + i]! += share * square * square;
		}
	}
	return powers;
}

/** Fractions of h over its prior deviation per bin; columns with an infinite inverse deviation (no variance) are left out. */
export function fillHistogram(h: Float64Array, inverse: Float64Array, histogram: Float64Array): Float64Array {
	histogram.fill(0);
	const perUnit = HISTOGRAM_BINS / (2 * HISTOGRAM_RANGE);
	let counted = 0;
	for (let start = 0; start < h.length; start += inverse.length) {
		for (let i = 0; i < inverse.length; i++) {
			if (inverse[i] === Number.POSITIVE_INFINITY) continue;
			const bin = Math.floor((h[start + i]! * inverse[i]! + HISTOGRAM_RANGE) * perUnit);
			histogram[Math.max(0, Math.min(HISTOGRAM_BINS + 1, bin + 1))]!++;
			counted++;
		}
	}
	for (let k = 0; k < histogram.length; k++) histogram[k]! /= counted;
	return histogram;
}

/** The mean over units of |x|^4, x the `points` numbers of a unit at one position, summed over the positions; `width` units. */
export function meanFourthPower(x: Float64Array, points: number, width: number): number {
	let total = 0;
	for (let start = 0; start < x.length; start += points) {
		let square = 0;
		for (let i = start; i < start + points; i++) square += x[i]! * x[i]!;
		total += square * square;
	}
	return total / width;
}
