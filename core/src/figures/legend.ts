import * as Plot from "@observablehq/plot";
import { KEY_WIDTH, type LegendEntry } from "./compose.ts";
import type { ComparisonFigureData } from "./figure-data.ts";
import { BAND, INK, MUTED, type SeriesStyle, seriesStyle } from "./marks.ts";
import { drawMarks } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";

const HEIGHT = 16;

/** A small plot without axes, shifted so that its middle stands on the line of text. */
function key(document: FigureDocument, marks: Plot.Markish[]): string {
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

function theoryKey(document: FigureDocument, style: SeriesStyle): string {
	const line = { stroke: style.color, strokeWidth: 1.5, strokeDasharray: style.dash };
	return key(document, [
		Plot.link([0], { x1: 0, x2: 1, y1: 0, y2: 0, ...line }),
		Plot.dot([0.5], { x: (x) => x, y: 0, symbol: style.symbol, r: 3, stroke: style.color, fill: "white" }),
	]);
}

/** The sampled network, the targets, then the theories in order; a series that did not converge says so. */
export function comparisonLegend(document: FigureDocument, data: ComparisonFigureData): LegendEntry[] {
	const entries: LegendEntry[] = [];
	const state = (converged: boolean) => (converged ? "" : " (not converged)");
	const { sampled } = data;
	if (sampled !== undefined) {
		entries.push({
			key: key(document, [
				Plot.ruleX([0.5], { y1: -0.9, y2: 0.9, stroke: INK, strokeWidth: 1.2 }),
				Plot.dot([0.5], { x: (x) => x, y: 0, r: 2.4, fill: INK }),
			]),
			label: `${sampled.label}${state(sampled.converged)}, ±1 MCSE`,
		});
		entries.push({
			key: key(document, [Plot.rect([0], { x1: 0.25, x2: 0.75, y1: -0.9, y2: 0.9, fill: BAND })]),
			label: "±1 sampled posterior standard deviation",
		});
	}
	if (data.testTargets !== undefined) {
		entries.push({
			key: key(document, [Plot.dot([0.5], { x: (x) => x, y: 0, symbol: "times", r: 2.6, stroke: MUTED })]),
			label: `${data.points ?? "test"} target`,
		});
	}
	if (data.training !== undefined && data.testInputs !== undefined) {
		entries.push({
			key: key(document, [Plot.dot([0.5], { x: (x) => x, y: 0, symbol: "plus", r: 3.4, stroke: INK })]),
			label: "training point",
		});
	}
	data.theories.forEach((theory, i) => {
		entries.push({
			key: theoryKey(document, seriesStyle(i)),
			label: `${theory.label}${state(theory.converged)}`,
		});
	});
	for (const label of data.withoutMean ?? []) entries.push({ key: "", label: `${label}: no mean` });
	return entries;
}
