/** Histograms of weighted numbers. */
import type { Histogram } from "../../answer/answer.ts";

/** Bins of equal width from -range to range. */
export interface Bins {
	readonly range: number;
	/** Odd: the middle bin is that of 0. */
	readonly count: number;
}

/** A fraction for each bin, before them that below, after them that above. */
export function emptyCounts({ count }: Bins): Float64Array {
	return new Float64Array(count + 2);
}

/** The ends of the range belong to it: activations saturate there. */
export function addToHistogram(
	{ range, count }: Bins,
	counts: Float64Array,
	x: number,
	weight: number,
): void {
	const bin = x === range ? count - 1 : Math.floor(((x + range) * count) / (2 * range));
	counts[Math.max(0, Math.min(count + 1, bin + 1))]! += weight;
}

/** @param counts fractions, those below and above included */
export function histogramOf(
	{ range, count }: Bins,
	counts: Float64Array,
	standardErrors?: Float64Array,
): Histogram {
	const width = (2 * range) / count;
	const density = (fractions: Float64Array) => Array.from(fractions.subarray(1, count + 1), (x) => x / width);
	return {
		edges: Array.from({ length: count + 1 }, (_, k) => -range + k * width),
		density: density(counts),
		...(standardErrors && { densityStandardError: density(standardErrors) }),
		below: counts[0]!,
		above: counts[count + 1]!,
	};
}

/** The counts of x and -x alike. */
export function mirrored(counts: Float64Array): Float64Array {
	return counts.map((x, k) => (x + counts[counts.length - 1 - k]!) / 2);
}
