/** The lines and points of a learning curve's panels. */

import * as Plot from "@observablehq/plot";
import type { CurvePoint, SampledPoint } from "../../experiments/learning-curve/curve-point.ts";
import type { LearningCurveResults } from "../../experiments/learning-curve/results.ts";
import { paddedLog } from "../log-axis.ts";
import { INK, seriesStyle } from "../marks.ts";
import { lineStyle } from "../theory-line.ts";
import { extent, inside, type ValueRange } from "../value-range.ts";

/** A place of a line; NaN breaks it. */
export interface LinePoint {
	readonly x: number;
	readonly y: number;
	/** To each side; 0 where none is known. */
	readonly error: number;
}

/** Ids of the theories that answer somewhere, in the order of their styles. */
export function drawnTheories({ theories, curves }: LearningCurveResults): string[] {
	return theories.filter((id) =>
		curves.some(({ points }) => points.some((point) => Number.isFinite(theoryPoint(point, id, 0).y))),
	);
}

/** A theory's generalization error; NaN where it has none, or none above 0. */
export function theoryPoint({ theories }: CurvePoint, id: string, x: number): LinePoint {
	const found = theories.find(({ theory }) => theory === id);
	if (found === undefined || "reason" in found) return { x, y: Number.NaN, error: 0 };
	const { value, standardError = 0 } = found.errors.generalizationError;
	return { x, y: value > 0 ? value : Number.NaN, error: standardError };
}

/** What was sampled at a number of points, if it was. */
export function sampledAt({ sampled }: CurvePoint): SampledPoint | undefined {
	return sampled === undefined || "reason" in sampled ? undefined : sampled;
}

/** The sampled generalization error; nothing where there is none above 0. */
export function sampledError(point: CurvePoint, x: number) {
	const sampled = sampledAt(point);
	if (sampled === undefined) return [];
	const { value, standardError } = sampled.errors.generalizationError;
	return value > 0 ? [{ x, y: value, error: standardError, fill: sampled.converged ? INK : "white" }] : [];
}

/** A theory may be wrong by a factor of ten before it leaves the axis. */
export const SLACK = 10;

/**
 * The range of all generalization errors, cut at a factor of ten beyond the sampled ones, or beyond those of the first theory where
 * nothing is sampled: a theory that is far off must not flatten the others.
 */
export function errorRange(results: LearningCurveResults): ValueRange {
	const points = results.curves.flatMap((curve) => curve.points);
	const drawn = drawnTheories(results);
	const sampled = points.flatMap((point) => sampledError(point, 0));
	const lines = drawn.map((id) => points.map((point) => theoryPoint(point, id, 0)));
	const ends = (all: readonly { readonly y: number; readonly error: number }[]) =>
		all.flatMap(({ y, error }) => [y, y + error, ...(y > error ? [y - error] : [])]).filter(Number.isFinite);
	const core = extent(ends(sampled.length > 0 ? sampled : lines[0]!));
	const kept = ends([...sampled, ...lines.flat()]).filter(
		(y) => y >= core.low / SLACK && y <= core.high * SLACK,
	);
	return paddedLog(kept, 0.06);
}

/** Ticks of every decade for ranges of up to a factor, the narrowest first: close enough to read by, and apart enough to be written. */
const TICKS: readonly { readonly upTo: number; readonly factors: readonly number[] }[] = [
	{ upTo: 1.6, factors: [1, 1.05, 1.1, 1.2, 1.3, 1.4, 1.5, 8, 8.5, 9, 9.5] },
	{ upTo: 4, factors: [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8] },
	{ upTo: 32, factors: [1, 1.5, 2, 3, 4, 5, 7] },
];

/** Round numbers inside a range of less than one and a half decades; none inside a longer one, which has powers of ten. */
export function fineTicks({ low, high }: ValueRange): number[] {
	const factors = TICKS.find(({ upTo }) => high / low <= upTo)?.factors ?? [];
	const first = Math.floor(Math.log10(low));
	return [first, first + 1, first + 2]
		.flatMap((exponent) => factors.map((factor) => Number(`${factor}e${exponent}`)))
		.filter((tick) => tick >= low && tick <= high);
}

/** Lines of theories with their symbols and error bars; a line breaks where it leaves the range. */
export function lineMarks(lines: readonly (readonly LinePoint[])[], range: ValueRange): Plot.Markish[] {
	const clipped = (y: number) => Math.min(range.high, Math.max(range.low, y));
	return lines.flatMap((line, i) => {
		const { color, dash, symbol } = seriesStyle(i);
		const shown = line.map((point) => ({ ...point, y: inside(range, point.y) }));
		const barred = shown.filter(({ y, error }) => error > 0 && Number.isFinite(y));
		return [
			Plot.lineY(shown, { x: "x", y: "y", ...lineStyle({ color, dash }) }),
			Plot.ruleX(barred, {
				x: "x",
				y1: ({ y, error }: LinePoint) => clipped(y - error),
				y2: ({ y, error }: LinePoint) => clipped(y + error),
				stroke: color,
				strokeWidth: 1.2,
			}),
			Plot.dot(shown, { x: "x", y: "y", symbol, r: 3.4, stroke: color, fill: "white" }),
		];
	});
}
