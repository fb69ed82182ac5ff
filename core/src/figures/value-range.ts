/** The vertical range of a panel, and what falls outside it. */
export interface ValueRange {
	readonly low: number;
	readonly high: number;
}

/** Smallest range that holds all values; widened by 1 when they are all equal. */
export function extent(values: Iterable<number>): ValueRange {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (const value of values) {
		if (value < low) low = value;
		if (value > high) high = value;
	}
	if (low === high) return { low: low - 0.5, high: high + 0.5 };
	return { low, high };
}

/**
 * The range of `values`, cut at `slack` spans of `core` beyond `core`: a theory that diverged must not flatten the others.
 * What is cut off is counted by `countOutside` and said in the panel.
 */
export function limitedRange(core: ValueRange, values: Iterable<number>, slack: number): ValueRange {
	const span = core.high - core.low;
	const full = extent(values);
	return {
		low: Math.max(Math.min(core.low, full.low), core.low - slack * span),
		high: Math.min(Math.max(core.high, full.high), core.high + slack * span),
	};
}

/** The range with a margin on both sides, as a fraction of its span. */
export function padded(range: ValueRange, fraction = 0.04): ValueRange {
	const margin = fraction * (range.high - range.low);
	return { low: range.low - margin, high: range.high + margin };
}

/** The value, or NaN (which Plot leaves out of lines and dots) when it is outside. */
export function inside(range: ValueRange, value: number): number {
	return value >= range.low && value <= range.high ? value : Number.NaN;
}

/** "; off the axis: 3 points of nngp" for the panel's heading, or nothing. */
export function outsideNote(
	range: ValueRange,
	series: readonly { readonly label: string; readonly values: readonly number[] }[],
): string {
	const parts = series
		.map(({ label, values }) => ({
			label,
			count: values.filter((value) => Number.isNaN(inside(range, value))).length,
		}))
		.filter(({ count }) => count > 0)
		.map(({ label, count }) => `${count} ${count === 1 ? "point" : "points"} of ${label}`);
	return parts.length === 0 ? "" : `off the axis: ${parts.join(", ")}`;
}
