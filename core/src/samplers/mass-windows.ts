/** Steps of warm-up that a metric is estimated from. */
export interface MassWindow {
	/** The first step, counted from 0. */
	readonly begin: number;
	/** The step after the last. */
	readonly end: number;
}

/** Shorter warm-ups leave too few steps for a metric and for the step size that goes with it. */
export const SHORTEST_MASS_WARMUP = 100;

const FIRST_STEPS = 75;
const LAST_STEPS = 50;
const FIRST_WINDOW = 25;

/**
 * Windows as in Stan (Stan Reference Manual, "Automatic parameter tuning"): at first and at last only the step size adapts, for
 * 75 and 50 steps, in between windows of 25, 50, 100, ... steps, the last of them as long as it takes. Warm-ups without room
 * for these 150 steps have one window from 15 % to 75 %.
 */
export function massWindows(warmup: number): MassWindow[] {
	if (warmup < SHORTEST_MASS_WARMUP) return [];
	if (warmup < FIRST_STEPS + FIRST_WINDOW + LAST_STEPS) {
		return [{ begin: Math.floor(0.15 * warmup), end: Math.floor(0.75 * warmup) }];
	}
	const last = warmup - LAST_STEPS;
	const windows: MassWindow[] = [];
	let begin = FIRST_STEPS;
	for (let size = FIRST_WINDOW; begin < last; size *= 2) {
		// A window that leaves no room for the next one, twice as long, takes the rest.
		const end = begin + 3 * size > last ? last : begin + size;
		windows.push({ begin, end });
		begin = end;
	}
	return windows;
}
