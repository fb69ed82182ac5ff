import * as Plot from "@observablehq/plot";
import { INK } from "./marks.ts";
import { type FigureDocument, type SvgNode, serializeSvg } from "./svg-node.ts";
import { tickFormat } from "./ticks.ts";
import type { ValueRange } from "./value-range.ts";

/** A drawn panel, to be placed by `composeFigure`. */
export interface Panel {
	/** "Posterior mean": bold, after the panel's letter. Without a heading the panel has no letter either. */
	readonly heading: string;
	/** What the marks mean and what is left out: regular weight, after the heading or, when it does not fit, below. */
	readonly note: string;
	readonly width: number;
	readonly height: number;
	/** SVG elements in the panel's own coordinates. */
	readonly content: string;
}

/** The name of an axis, in its middle and without an arrow. */
export function axisLabel(label: string) {
	return { label, labelAnchor: "center", labelArrow: "none" } as const;
}

/** A linear axis over a range. */
export function rangeAxis(label: string, range: ValueRange): Plot.ScaleOptions {
	const format = tickFormat(range);
	return {
		...axisLabel(label),
		grid: true,
		domain: [range.low, range.high],
		...(format === undefined ? {} : { tickFormat: format }),
	};
}

/** Draws marks with Observable Plot; returns the SVG elements inside the `svg` that Plot makes. */
export function drawMarks(document: FigureDocument, options: Plot.PlotOptions): string {
	// Plot's type asks for the whole DOM Document, of which it uses createElementNS only.
	const drawing: unknown = Plot.plot({ ...options, document: document as never });
	return Array.from((drawing as SvgNode).childNodes)
		.map(serializeSvg)
		.join("");
}

/** Draws a panel in a frame, with margins for both axes. */
export function drawPanel(
	document: FigureDocument,
	text: { readonly heading: string; readonly note?: string },
	options: Plot.PlotOptions & {
		readonly width: number;
		readonly height: number;
		readonly marks: Plot.Markish[];
	},
): Panel {
	const { width, height } = options;
	const margins = { marginLeft: 62, marginRight: 16, marginTop: 6, marginBottom: 40 };
	const marks = [...options.marks, Plot.frame({ stroke: INK, strokeOpacity: 0.5 })];
	const content = drawMarks(document, { ...margins, ...options, marks });
	return { heading: text.heading, note: text.note ?? "", width, height, content };
}
