import * as Plot from "@observablehq/plot";
import type { ComparisonFigureData } from "./figure-data.ts";
import { INK, NOISE, seriesStyle } from "./marks.ts";
import { drawPanel, type Panel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import type { TestAxis } from "./test-axis.ts";
import { extent, inside, limitedRange, outsideNote, padded } from "./value-range.ts";

/** How far, in spans of the reference's range, a theory's variance may leave it and still be drawn. */
const SLACK = 2;

/**
 * Theories' posterior variances against the reference's, with the identity line. Nothing to draw gives undefined:
 * no theory but the baseline has a variance and nothing was sampled.
 */
export function variancePanel(
	document: FigureDocument,
	data: ComparisonFigureData,
	axis: TestAxis,
	size: { readonly width: number; readonly height: number },
): Panel | undefined {
	const { sampled } = data;
	const baseline = data.theories[0]!;
	const reference = sampled?.variance ?? baseline.variance;
	const shown = data.theories
		.map((theory, i) => ({ label: theory.label, variance: theory.variance, style: seriesStyle(i) }))
		.filter(
			({ variance }, i) => variance !== undefined && (sampled !== undefined || data.theories[i] !== baseline),
		);
	if (reference === undefined || shown.length === 0) return undefined;

	const x = (point: number) => reference[point]!;
	const error = (point: number) => sampled?.varianceStandardError[point] ?? 0;
	const points = axis.drawn;
	const core = extent(points.flatMap((point) => [x(point) - error(point), x(point) + error(point)]));
	const values = shown.map(({ variance }) => points.map((point) => variance![point]!));
	const range = padded(limitedRange(core, values.flat(), SLACK));
	const across = padded(core);
	const line = [Math.max(across.low, range.low), Math.min(across.high, range.high)];

	const marks: Plot.Markish[] = [];
	if (sampled !== undefined) {
		// The vertical distance of a point from the identity is to be compared with the error of its abscissa.
		const sorted = [...points].sort((a, b) => x(a) - x(b));
		marks.push(
			Plot.areaY(sorted, {
				x,
				y1: (point) => Math.max(range.low, x(point) - 2 * error(point)),
				y2: (point) => Math.min(range.high, x(point) + 2 * error(point)),
				fill: NOISE,
			}),
		);
	}
	marks.push(Plot.line([line[0], line[1]], { x: (v) => v, y: (v) => v, stroke: INK, strokeWidth: 1 }));
	shown.forEach(({ variance, style }) => {
		const y = (point: number) => inside(range, variance![point]!);
		if (sampled !== undefined) {
			const x1 = (point: number) => x(point) - error(point);
			const x2 = (point: number) => x(point) + error(point);
			marks.push(
				Plot.ruleY(points, { y, x1, x2, stroke: style.color, strokeOpacity: 0.5, strokeWidth: 0.8 }),
			);
		}
		marks.push(Plot.dot(points, { x, y, symbol: style.symbol, r: 2.8, stroke: style.color, fill: "white" }));
	});
	const referenceName = sampled === undefined ? baseline.label : "sampled";
	const noiseNote = sampled === undefined ? "line: equal" : "line: equal; gray: ±2 MCSE";
	const outside = outsideNote(
		range,
		shown.map(({ label }, i) => ({ label, values: values[i]! })),
	);
	return drawPanel(
		document,
		{
			heading: "Posterior variance",
			note: outside === "" ? noiseNote : `${noiseNote}; ${outside}`,
		},
		{
			...size,
			x: { ...rangeAxis(`${referenceName} posterior variance of f`, across), ticks: 5 },
			y: rangeAxis("theory's posterior variance of f", range),
			marks,
		},
	);
}
