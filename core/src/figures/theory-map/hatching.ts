import * as Plot from "@observablehq/plot";

/** A rectangle on an axis, and how many pixels its sides have. */
export interface HatchedArea {
	readonly x1: number;
	readonly x2: number;
	readonly y1: number;
	readonly y2: number;
	readonly width: number;
	readonly height: number;
}

/** Pixels along a side from one line to the next. */
const STEP = 9;

/** Diagonal stripes over a rectangle, rising to the right, in the colors in turn. */
export function hatching(
	{ x1, x2, y1, y2, width, height }: HatchedArea,
	colors: readonly string[],
	{ strokeWidth, strokeOpacity }: { readonly strokeWidth: number; readonly strokeOpacity: number },
): Plot.Markish {
	const count = Math.floor((width + height) / STEP);
	const lines = Array.from({ length: count }, (_, k) => {
		// Through all (u, v), pixels from the upper left corner, with u + v = c.
		const c = (k + 0.5) * ((width + height) / count);
		const [from, to] = [Math.max(0, c - height), Math.min(width, c)];
		const x = (u: number) => x1 + ((x2 - x1) * u) / width;
		const y = (v: number) => y2 - ((y2 - y1) * v) / height;
		return {
			x1: x(from),
			y1: y(c - from),
			x2: x(to),
			y2: y(c - to),
			color: colors[k % colors.length]!,
		};
	});
	return Plot.link(lines, {
		x1: "x1",
		y1: "y1",
		x2: "x2",
		y2: "y2",
		stroke: (line: { readonly color: string }) => line.color,
		strokeWidth,
		strokeOpacity,
		strokeLinecap: "butt",
	});
}
