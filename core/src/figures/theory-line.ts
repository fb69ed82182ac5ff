import * as Plot from "@observablehq/plot";
import type { SeriesStyle } from "./marks.ts";

/** How a theory's line is drawn, in every figure. Butt ends: round ones would close the gaps of its dashes. */
export function lineStyle({ color, dash }: Pick<SeriesStyle, "color" | "dash">, width = 1.8) {
	return { stroke: color, strokeWidth: width, strokeDasharray: dash, strokeLinecap: "butt" } as const;
}

/** The symbols of a theory at points with x and y, hollow. */
export function theorySymbols<Point extends { readonly x: number; readonly y: number }>(
	points: readonly Point[],
	{ color, symbol }: SeriesStyle,
): Plot.Markish {
	return Plot.dot(points, {
		x: "x",
		y: "y",
		symbol,
		r: 3.4,
		stroke: color,
		strokeWidth: 1.3,
		fill: "white",
	});
}

/** A theory's line through points with x and y. */
export function theoryLine<Point extends { readonly x: number; readonly y: number }>(
	points: readonly Point[],
	style: SeriesStyle,
): Plot.Markish {
	return Plot.lineY(points, { x: "x", y: "y", ...lineStyle(style) });
}
