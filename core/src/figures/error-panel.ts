import * as Plot from "@observablehq/plot";
import type { ComparisonFigureData } from "./figure-data.ts";
import { INK, NOISE, seriesStyle } from "./marks.ts";
import { drawPanel, type Panel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import type { TestAxis } from "./test-axis.ts";
import { lineStyle } from "./theory-line.ts";
import { extent, inside, outsideNote, padded } from "./value-range.ts";

/** Theory minus reference per test point; the reference is the sampled network, or the first theory when nothing was sampled. */
export function errorPanel(
	document: FigureDocument,
	data: ComparisonFigureData,
	axis: TestAxis,
	size: { readonly width: number; readonly height: number },
): Panel {
	const { sampled } = data;
	const baseline = data.theories[0]!;
	const reference = sampled?.mean ?? baseline.mean;
	const referenceName = sampled === undefined ? baseline.label : "sampled";
	const x = (point: number) => axis.position[point]!;
	const shown = data.theories
		.map((theory, i) => ({ theory, style: seriesStyle(i) }))
		.filter(({ theory }) => sampled !== undefined || theory !== baseline);
	const points = axis.continuous ? axis.all : axis.drawn;
	const errors = shown.map(({ theory }) => points.map((point) => theory.mean[point]! - reference[point]!));

	// A theory that is wrong by half the whole range of the reference needs no finer reading, and must not flatten the others.
	const span = extent(Array.from(reference));
	const reach = 0.5 * (span.high - span.low);
	const noise = points.map((point) => 2 * (sampled?.meanStandardError[point] ?? 0));
	const drawn = errors.flat().filter((error) => Math.abs(error) <= reach);
	const view = padded(extent([0, ...noise, ...noise.map((value) => -value), ...drawn]), 0.08);

	const marks: Plot.Markish[] = [];
	if (sampled !== undefined) {
		const y2 = (point: number) => 2 * sampled.meanStandardError[point]!;
		const y1 = (point: number) => -y2(point);
		marks.push(
			axis.continuous
				? Plot.areaY(axis.all, { x, y1, y2, fill: NOISE })
				: Plot.rect(axis.drawn, {
						x1: (point) => x(point) - axis.halfStep,
						x2: (point) => x(point) + axis.halfStep,
						y1,
						y2,
						fill: NOISE,
					}),
		);
	}
	marks.push(Plot.ruleY([0], { stroke: INK, strokeWidth: 1 }));
	shown.forEach(({ theory, style }) => {
		const y = (point: number) => inside(view, theory.mean[point]! - reference[point]!);
		if (axis.continuous) {
			marks.push(Plot.lineY(axis.all, { x, y, ...lineStyle(style) }));
		} else {
			marks.push(
				Plot.dot(axis.drawn, { x, y, symbol: style.symbol, r: 2.8, stroke: style.color, fill: "white" }),
			);
		}
	});

	const noiseNote = sampled === undefined ? "" : "gray: ±2 Monte-Carlo standard errors (MCSE)";
	const outside = outsideNote(
		view,
		shown.map(({ theory }, i) => ({ label: theory.label, values: errors[i]! })),
	);
	return drawPanel(
		document,
		{
			heading:
				sampled === undefined
					? `Difference of the means from ${referenceName}`
					: "Error of the theories' means",
			note: [noiseNote, outside].filter((part) => part !== "").join("; "),
		},
		{
			...size,
			x: axis.scale,
			y: rangeAxis(`m* − ${referenceName} mean`, view),
			marks,
		},
	);
}
