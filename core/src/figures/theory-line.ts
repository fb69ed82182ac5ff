import * as Plot from "@observablehq/plot";
import type { SeriesStyle } from "./marks.ts";

/** How a theory's line is drawn, in every figure. Butt ends: round ones would close the gaps of its dashes. */
export function lineStyle({ color, dash }: Pick<SeriesStyle, "color" | "dash">, width = 1.8) {
	return { stroke: color, strokeWidth: width, strokeDasharray: dash, strokeLinecap: "butt" } as const;
}

/** A theory's line through points with x and y. */
export function theoryLine<Point extends { readonly x: number; readonly y: number }>(
	points: readonly Point[],
	style: SeriesStyle,
): Plot.Markish {
	return Plot.lineY(points, { x: "x", y: "y", ...lineStyle(style) });
}
