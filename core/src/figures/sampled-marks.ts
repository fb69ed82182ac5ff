import * as Plot from "@observablehq/plot";
import { legendKey } from "./legend-key.ts";
import { INK } from "./marks.ts";
import type { FigureDocument } from "./svg-node.ts";
import type { ValueRange } from "./value-range.ts";

/** A number of the sampled network. */
export interface SampledPoint {
	readonly x: number;
	readonly y: number;
	/** Of the bar, to each side. */
	readonly error: number;
	/** "white" where the chains have not converged. */
	readonly fill: string;
}

/** Points with error bars, the same in every figure. @param range bars end where it does: a log axis has no place for 0 */
export function sampledMarks(
	points: readonly SampledPoint[],
	{ low, high }: ValueRange = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
): Plot.Markish[] {
	return [
		Plot.ruleX(points, {
			x: "x",
			y1: (one) => Math.max(low, one.y - one.error),
			y2: (one) => Math.min(high, one.y + one.error),
			stroke: INK,
			strokeWidth: 1.6,
		}),
		Plot.dot(points, { x: "x", y: "y", r: 3.6, fill: "fill", stroke: INK, strokeWidth: 1.2 }),
	];
}

/** Such a point for the legend. */
export function sampledKey(document: FigureDocument, fill: string): string {
	return legendKey(document, [
		Plot.ruleX([0.5], { y1: -0.9, y2: 0.9, stroke: INK, strokeWidth: 1.6 }),
		Plot.dot([0.5], { x: (x) => x, y: 0, r: 3.6, fill, stroke: INK, strokeWidth: 1.2 }),
	]);
}
