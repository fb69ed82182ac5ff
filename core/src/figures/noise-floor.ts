/** The Monte-Carlo noise of a sampled quantity, below which distances from it say nothing: gray from the axis up. */
import * as Plot from "@observablehq/plot";
import { legendKey } from "./legend-key.ts";
import { MUTED, NOISE } from "./marks.ts";
import type { FigureDocument } from "./svg-node.ts";

/** @param low end of the axis, which is logarithmic: the area has to begin above 0 */
export function noiseFloorMarks(
	floors: readonly { readonly x: number; readonly y: number }[],
	low: number,
): Plot.Markish[] {
	return [
		Plot.areaY(floors, { x: "x", y1: low, y2: "y", fill: NOISE }),
		Plot.lineY(floors, { x: "x", y: "y", stroke: MUTED, strokeWidth: 1 }),
	];
}

/** The same for the legend. */
export function noiseFloorKey(document: FigureDocument): string {
	return legendKey(document, [
		Plot.rect([0], { x1: 0.15, x2: 0.85, y1: -0.8, y2: 0.8, fill: NOISE, stroke: MUTED }),
	]);
}
