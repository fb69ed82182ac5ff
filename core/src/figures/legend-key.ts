import * as Plot from "@observablehq/plot";
import { KEY_WIDTH } from "./compose.ts";
import type { SeriesStyle } from "./marks.ts";
import { drawMarks } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";

const HEIGHT = 16;

/** A small plot without axes, x from 0 to 1 and y from -1 to 1, shifted so that its middle stands on the line of text. */
export function legendKey(document: FigureDocument, marks: Plot.Markish[]): string {
	const content = drawMarks(document, {
		width: KEY_WIDTH,
		height: HEIGHT,
		margin: 0,
		axis: null,
		x: { domain: [0, 1] },
		y: { domain: [-1, 1] },
		marks,
	});
	return `<g transform="translate(0,${-HEIGHT / 2})">\n${content}</g>\n`;
}

/** A line. @param style stroke, its width and its dashes */
export function lineKey(document: FigureDocument, style: object): string {
	return legendKey(document, [lineAcross(style)]);
}

function lineAcross(style: object): Plot.Markish {
	return Plot.link([0], { x1: 0, x2: 1, y1: 0, y2: 0, ...style });
}

/** A theory's line with its symbol. @param fill of the symbol */
export function seriesKey(document: FigureDocument, style: SeriesStyle, fill = "white"): string {
	const line = { stroke: style.color, strokeWidth: 1.5, strokeDasharray: style.dash };
	return legendKey(document, [
		lineAcross(line),
		Plot.dot([0.5], { x: (x) => x, y: 0, symbol: style.symbol, r: 3, stroke: style.color, fill }),
	]);
}
