import * as Plot from "@observablehq/plot";
import type { TheoryMapResults } from "../../experiments/theory-map/index.ts";
import { INK } from "../marks.ts";
import { axisLabel, drawMarks, type Panel } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import { cellMarks } from "./cells.ts";

const MARGINS = { marginLeft: 108, marginRight: 8, marginTop: 4, marginBottom: 44 };
const ROW_HEIGHT = 58;

/** Width of the network to the right, scaling exponent upward, one box for each network. */
export function mapPanel(document: FigureDocument, results: TheoryMapResults, width: number): Panel {
	const { widths, scalings, cells } = results;
	const height = MARGINS.marginTop + MARGINS.marginBottom + Math.max(220, ROW_HEIGHT * scalings.length);
	const size = {
		width: (width - MARGINS.marginLeft - MARGINS.marginRight) / widths.length,
		height: (height - MARGINS.marginTop - MARGINS.marginBottom) / scalings.length,
	};
	const content = drawMarks(document, {
		width,
		height,
		...MARGINS,
		x: { domain: [0, widths.length], axis: null },
		y: { domain: [0, scalings.length], axis: null },
		marks: [
			...cells.flatMap((cell) =>
				cellMarks(results, cell, [widths.indexOf(cell.width), scalings.indexOf(cell.exponent)], size),
			),
			Plot.axisX(centers(widths), {
				...axisLabel("width, N"),
				text: (_: number, i: number) => String(widths[i]),
				tickSize: 3,
				fill: INK,
			}),
			Plot.axisY(centers(scalings), {
				...axisLabel("scaling exponent γ, χ = N^γ"),
				labelOffset: 94,
				text: (_: number, i: number) => scalingName(scalings[i]!),
				tickSize: 3,
				fill: INK,
			}),
		],
	});
	return {
		heading: "Which theory is closest to the sampled network",
		note: "",
		width,
		height,
		content,
	};
}

function centers(values: readonly number[]): number[] {
	return values.map((_, i) => i + 0.5);
}

/** "0 standard", "0.5", "1 mean-field". */
function scalingName(exponent: number): string {
	const name = exponent === 0 ? "standard " : exponent === 1 ? "mean-field " : "";
	return `${name}${Number(exponent.toPrecision(3))}`;
}
