import { checkComparisonData } from "./check.ts";
import { composeFigure } from "./compose.ts";
import { errorPanel } from "./error-panel.ts";
import type { ComparisonFigureData } from "./figure-data.ts";
import { comparisonLegend } from "./legend.ts";
import type { Panel } from "./panel.ts";
import { predictorPanel } from "./predictor-panel.ts";
import { summaryPanel } from "./summary-panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { testAxis } from "./test-axis.ts";
import { variancePanel } from "./variance-panel.ts";

/** On a page of print or a wide screen. */
const WIDTH = 1000;
/** Below, the panels of the last row stand one under the other. */
const NARROW = 800;

/**
 * The figure of `finitude compare`: predicted against sampled means at the test points, their difference beside the Monte-Carlo
 * error, variances against sampled variances, and a summary of distances. Without `sampled` the first theory takes its place and
 * the summary is left out. Readable in grayscale; the same data give the same bytes.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @param width in pixels, 320 or more; 1000 when left out
 * @returns a standalone SVG document
 * @throws InputError when a series has the wrong length or a number is not finite
 */
export function compareFigure(data: ComparisonFigureData, document: FigureDocument, width = WIDTH): string {
	checkComparisonData(data);
	const axis = testAxis(data);
	const rows: Panel[][] = [[predictorPanel(document, data, axis, { width, height: 290 })]];
	if (data.sampled !== undefined || data.theories.length > 1) {
		rows.push([errorPanel(document, data, axis, { width, height: 220 })]);
	}
	// The summary needs a line per theory and quantity.
	const height = Math.max(300, 46 + 3 * 16 * (data.theories.length + 1.2));
	const stacked = width < NARROW;
	const wide = Math.round(0.57 * width);
	const summary = summaryPanel(document, data, { width: stacked ? width : wide, height });
	const variance = variancePanel(document, data, axis, {
		width: summary === undefined || stacked ? width : width - wide,
		height,
	});
	const last = [variance, summary].filter((panel) => panel !== undefined);
	if (stacked) rows.push(...last.map((panel) => [panel]));
	else if (last.length > 0) rows.push(last);
	return composeFigure({
		width,
		title: data.title,
		subtitle: data.subtitle,
		legend: comparisonLegend(document, data),
		rows,
	});
}
