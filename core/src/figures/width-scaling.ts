import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import { RESOLVED } from "../analyses/width-scaling/measured-errors.ts";
import type { WidthScalingOptions } from "../analyses/width-scaling/options.ts";
import type { TheoryErrors, WidthScalingResults } from "../analyses/width-scaling/results.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey, seriesKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, MUTED, seriesStyle } from "./marks.ts";
import { noiseFloorKey, noiseFloorMarks } from "./noise-floor.ts";
import { drawPanel } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { theoryLine } from "./theory-line.ts";
import type { ValueRange } from "./value-range.ts";

const WIDTH = 1000;
const GUIDES = [
	{ power: 1, label: "1/N" },
	{ power: 2, label: "1/N²" },
] as const;

interface Point {
	readonly x: number;
	readonly y: number;
	readonly resolved: boolean;
}

/** A log axis has no 0: an error that vanishes exactly is not drawn, and the table has it. */
function pointsOf({ widths, error, resolved }: TheoryErrors): Point[] {
	return widths.map((x, i) => ({ x, y: error[i]!, resolved: resolved[i]! })).filter(({ y }) => y > 0);
}

/**
 * The error of every theory's mean against the width, on log axes, with the Monte-Carlo noise floor of a sampled reference in
 * gray and guides falling as 1/N and 1/N^2. Errors that noise alone may explain are hollow. Undefined where there is none.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function widthScalingFigure(
	title: string,
	{ options, results }: AnalysisAnswer<WidthScalingOptions, WidthScalingResults>,
	document: FigureDocument,
): string | undefined {
	const { theories, widths, noiseFloor, points } = results;
	const series = theories.map(pointsOf);
	const all = series.flat();
	if (all.length === 0) return undefined;
	const floors = (noiseFloor ?? []).map((y, i) => ({ x: widths[i]!, y })).filter(({ y }) => y > 0);
	const xRange = paddedLog(widths);
	const yRange = paddedLog(
		[...all, ...floors].map(({ y }) => y),
		0.06,
	);
	const x = logAxis("x", "width, N", xRange, widths);
	const y = logAxis(
		"y",
		`rms error of the mean at the ${points === "test" ? "test" : "training"} points`,
		yRange,
	);
	const panel = drawPanel(
		document,
		{ heading: "" },
		{
			width: WIDTH,
			height: 460,
			x: x.scale,
			y: y.scale,
			marks: [
				...(floors.length === 0 ? [] : noiseFloorMarks(floors, yRange.low)),
				...x.marks,
				...y.marks,
				...guideMarks(all, xRange, yRange),
				...series.flatMap((line, i) => {
					const style = seriesStyle(i);
					const { color, symbol } = style;
					return [
						theoryLine(line, style),
						Plot.dot(line, {
							x: "x",
							y: "y",
							symbol,
							r: 4,
							stroke: color,
							strokeWidth: 1.4,
							fill: (point: Point) => (point.resolved ? color : "white"),
						}),
					];
				}),
			],
		},
	);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(options, results),
		legend: legend(document, theories, series, floors.length > 0),
		rows: [[panel]],
	});
}

/** "P = 6, d = 3; dense erf; standard scaling; noise variance κ = 0.05; difference from the exact posterior". */
function subtitle(
	{ sampling, noiseScaling }: WidthScalingOptions,
	{ problem: { trainPoints, inputs, layers, scaling, noiseVariance }, reference }: WidthScalingResults,
): string {
	return [
		`P = ${trainPoints}, d = ${inputs}`,
		layers.join(", "),
		`${scaling} scaling`,
		`noise variance κ = ${noiseVariance}${noiseScaling === "fixed" ? "" : "/N"}`,
		`difference from ${reference === "exact" ? "the exact posterior" : `the sampled network (${sampling.sampler})`}`,
	].join("; ");
}

/** From the largest error at the smallest width to where each leaves the panel, with its name near the end. */
function guideMarks(all: readonly Point[], xRange: ValueRange, yRange: ValueRange): Plot.Markish[] {
	const x0 = Math.min(...all.map(({ x }) => x));
	const y0 = Math.max(...all.filter(({ x }) => x === x0).map(({ y }) => y));
	return GUIDES.flatMap(({ power, label }) => {
		const end = Math.min(xRange.high, x0 * (y0 / yRange.low) ** (1 / power));
		const at = (fraction: number) => {
			const x = x0 * (end / x0) ** fraction;
			return { x, y: y0 * (x0 / x) ** power };
		};
		const shift = { dx: 3, dy: -7, textAnchor: "start" } as const;
		return [
			Plot.lineY([at(0), at(1)], { x: "x", y: "y", stroke: INK, strokeOpacity: 0.45, strokeWidth: 1 }),
			Plot.text([at(0.95)], { x: "x", y: "y", text: () => label, fill: MUTED, ...shift }),
		];
	});
}

function legend(
	document: FigureDocument,
	theories: readonly TheoryErrors[],
	series: readonly (readonly Point[])[],
	noisy: boolean,
): LegendEntry[] {
	const entries: LegendEntry[] = theories.map(({ label, exponent, missing }, i) => {
		const style = seriesStyle(i);
		const slope = exponent === undefined ? "" : `, slope ${exponent.toFixed(2).replace("-", "−")}`;
		const gap =
			missing.length === 0 ? "" : ` (nothing at N = ${missing.map(({ width }) => width).join(", ")})`;
		return { key: seriesKey(document, style, style.color), label: `${label}${slope}${gap}` };
	});
	if (noisy) {
		entries.push({
			key: noiseFloorKey(document),
			label: "Monte-Carlo noise of the reference",
		});
	}
	if (series.flat().some(({ resolved }) => !resolved)) {
		entries.push({
			key: legendKey(document, [Plot.dot([0.5], { x: (x) => x, y: 0, r: 3.6, stroke: INK, fill: "white" })]),
			label: `hollow: below ${RESOLVED} times the noise, not in the slope`,
		});
	}
	return entries;
}
