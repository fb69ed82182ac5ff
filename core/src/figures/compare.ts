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

const WIDTH = 1000;

/**
 * The figure of `finitude compare`, 1000 pixels wide: predicted against sampled means at the test points, their difference beside the
 * Monte-Carlo error, variances against sampled variances, and a summary of distances. Without `sampled` the first theory takes
 * its place and the summary is left out. Readable in grayscale; the same data give the same bytes.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 * @returns a standalone SVG document
 * @throws InputError when a series has the wrong length or a number is not finite
 */
export function compareFigure(data: ComparisonFigureData, document: FigureDocument): string {
	checkComparisonData(data);
	const axis = testAxis(data);
	const rows: Panel[][] = [[predictorPanel(document, data, axis, { width: WIDTH, height: 290 })]];
	if (data.sampled !== undefined || data.theories.length > 1) {
		rows.push([errorPanel(document, data, axis, { width: WIDTH, height: 220 })]);
	}
	// The summary needs a line per theory and quantity.
	const height = Math.max(300, 46 + 3 * 16 * (data.theories.length + 1.2));
	const summary = summaryPanel(document, data, { width: 570, height });
	const variance = variancePanel(document, data, axis, {
		width: summary === undefined ? WIDTH : 430,
		height,
	});
	const last = [variance, summary].filter((panel) => panel !== undefined);
	if (last.length > 0) rows.push(last);
	return composeFigure({
		width: WIDTH,
		title: data.title,
		subtitle: data.subtitle,
		legend: comparisonLegend(document, data),
		rows,
	});
}
