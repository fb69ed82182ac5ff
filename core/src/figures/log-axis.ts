import * as Plot from "@observablehq/plot";
import { axisLabel } from "./panel.ts";
import { formatLogTick, logTicks } from "./ticks.ts";
import type { ValueRange } from "./value-range.ts";

/** A logarithmic scale with its grid and axis, to be passed as `x` or `y` and among the marks. */
export interface LogAxis {
	readonly scale: Plot.ScaleOptions;
	readonly marks: readonly Plot.Markish[];
}

/**
 * A log axis over a range, with ticks at round numbers, or at `values` where these are at least a twentieth of the axis apart.
 *
 * The digits are drawn as `text`: given as a tick format, Plot would leave out those of some ticks of a log axis.
 */
export function logAxis(
	direction: "x" | "y",
	label: string,
	{ low, high }: ValueRange,
	values: readonly number[] = [],
): LogAxis {
	const ticks = areApart(values, Math.log(high / low) / 20) ? values : logTicks(low, high);
	const options = { text: formatLogTick, ...axisLabel(label) };
	return {
		scale: { type: "log", domain: [low, high], label: null, axis: null },
		marks:
			direction === "x"
				? [Plot.gridX(ticks), Plot.axisX(ticks, options)]
				: [Plot.gridY(ticks), Plot.axisY(ticks, options)],
	};
}

function areApart(values: readonly number[], distance: number): boolean {
	const logs = values.map(Math.log).sort((a, b) => a - b);
	return logs.length > 0 && logs.every((value, i) => i === 0 || value - logs[i - 1]! >= distance);
}

/** The range of positive numbers with a margin on both sides, a fraction of its span in the logarithm. */
export function paddedLog(values: readonly number[], fraction = 0.04): ValueRange {
	const low = Math.min(...values);
	const high = Math.max(...values);
	const factor = low === high ? 2 : (high / low) ** fraction;
	return { low: low / factor, high: high * factor };
}
