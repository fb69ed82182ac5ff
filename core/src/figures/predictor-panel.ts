import * as Plot from "@observablehq/plot";
import type { ComparisonFigureData } from "./figure-data.ts";
import { BAND, INK, MUTED, seriesStyle } from "./marks.ts";
import { drawPanel, type Panel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import type { TestAxis } from "./test-axis.ts";
import { lineStyle } from "./theory-line.ts";
import { extent, inside, limitedRange, outsideNote, padded } from "./value-range.ts";

/** How far, in spans of the sampled range, a theory may leave it and still be drawn. */
const SLACK = 0.5;

/** Theories' means over the sampled means and standard deviations, per test point. */
export function predictorPanel(
	document: FigureDocument,
	data: ComparisonFigureData,
	axis: TestAxis,
	size: { readonly width: number; readonly height: number },
): Panel {
	const { sampled, testTargets, theories } = data;
	const x = (point: number) => axis.position[point]!;
	// On a continuous axis lines go through every point; by rank they would be noise between the drawn ones.
	const linePoints = axis.continuous ? axis.all : axis.drawn;
	const training = data.testInputs === undefined ? undefined : data.training;

	const core: number[] = [];
	const band = sampled ?? (theories.length === 1 ? theories[0] : undefined);
	// NaN, which is not drawn, where a variance is negative; the note counts them.
	const deviation = (point: number) => Math.sqrt(band?.variance?.[point] ?? Number.NaN);
	for (const point of axis.all) {
		const mean = (band ?? theories[0]!).mean[point]!;
		core.push(mean, mean - deviation(point), mean + deviation(point));
		if (testTargets !== undefined) core.push(testTargets[point]!);
	}
	if (training !== undefined) core.push(...Array.from(training.targets));
	const means = theories.map((theory) => linePoints.map((point) => theory.mean[point]!));
	const range = padded(limitedRange(extent(core), [...core, ...means.flat()], SLACK));

	const marks: Plot.Markish[] = [];
	if (band?.variance !== undefined) {
		const y1 = (point: number) => band.mean[point]! - deviation(point);
		const y2 = (point: number) => band.mean[point]! + deviation(point);
		marks.push(
			axis.continuous
				? Plot.areaY(axis.all, { x, y1, y2, fill: BAND })
				: Plot.ruleX(axis.drawn, { x, y1, y2, stroke: BAND, strokeWidth: 6 }),
		);
	}
	marks.push(Plot.ruleY([0], { stroke: INK, strokeOpacity: 0.25 }));
	if (testTargets !== undefined) {
		const y = (point: number) => testTargets[point]!;
		marks.push(Plot.dot(axis.drawn, { x, y, symbol: "times", r: 2.6, stroke: MUTED, strokeWidth: 1 }));
	}
	theories.forEach((theory, i) => {
		const style = seriesStyle(i);
		const y = (point: number) => inside(range, theory.mean[point]!);
		marks.push(
			Plot.lineY(linePoints, {
				x,
				y,
				...lineStyle(style, axis.continuous ? 1.8 : 1.2),
			}),
		);
		if (!axis.continuous) {
			marks.push(
				Plot.dot(axis.drawn, { x, y, symbol: style.symbol, r: 2.6, stroke: style.color, fill: "white" }),
			);
		}
	});
	if (sampled !== undefined) {
		const mean = (point: number) => sampled.mean[point]!;
		const error = (point: number) => sampled.meanStandardError[point]!;
		marks.push(
			Plot.ruleX(axis.drawn, {
				x,
				y1: (point) => mean(point) - error(point),
				y2: (point) => mean(point) + error(point),
				stroke: INK,
				strokeWidth: 1.2,
			}),
			Plot.dot(axis.drawn, { x, y: mean, r: 1.9, fill: INK }),
		);
	}
	if (training !== undefined) {
		const points = Array.from(training.inputs, (_, i) => i);
		marks.push(
			Plot.dot(points, {
				x: (i) => training.inputs[i]!,
				y: (i) => training.targets[i]!,
				symbol: "plus",
				r: 3.4,
				stroke: INK,
				strokeWidth: 1.6,
			}),
		);
	}

	const output = data.output === undefined ? "" : `, output ${data.output.index + 1} of ${data.output.count}`;
	const outside = outsideNote(
		range,
		theories.map((theory, i) => ({ label: theory.label, values: means[i]! })),
	);
	const pointsDrawn = sampled !== undefined || testTargets !== undefined || !axis.continuous;
	const bandNote =
		sampled === undefined && band?.variance !== undefined ? "gray: ±1 posterior standard deviation" : "";
	const negative = axis.all.filter((point) => (band?.variance?.[point] ?? 0) < 0).length;
	const negativeNote = negative === 0 ? "" : `negative variance at ${negative} of ${axis.all.length} points`;
	return drawPanel(
		document,
		{
			heading: "Posterior mean",
			note: [bandNote, pointsDrawn ? axis.note : "", outside, negativeNote]
				.filter((part) => part !== "")
				.join("; "),
		},
		{
			...size,
			x: axis.scale,
			y: rangeAxis(`posterior mean of f, m*${output}`, range),
			marks,
		},
	);
}
