import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import { gaussianGap, type ReadoutErrors } from "../analyses/generalization-gap/gaussian-features.ts";
import { type GapOptions, numbersOf, samplesOf, taskOf } from "../analyses/generalization-gap/options.ts";
import {
	featureCountOf,
	type GapResults,
	type GapTask,
	solveTask,
} from "../analyses/generalization-gap/results.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, seriesStyle } from "./marks.ts";
import { drawPanel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { inside, type ValueRange } from "./value-range.ts";

const WIDTH = 1000;
const HEIGHT = 330;
const CURVE_POINTS = 320;

const TEST = { stroke: seriesStyle(1).color, strokeWidth: 2 } as const;
const TRAIN = { stroke: seriesStyle(0).color, strokeWidth: 2, strokeDasharray: "6 3" } as const;
const GAP = { stroke: seriesStyle(2).color, strokeWidth: 2.2, strokeDasharray: "9 3 2 3" } as const;
const BOUND = { stroke: INK, strokeWidth: 1.8 } as const;
const GAUSSIAN = { stroke: INK, strokeWidth: 1.6, strokeDasharray: "5 4" } as const;
const NOISE = { stroke: INK, strokeWidth: 1.2, strokeDasharray: "1.5 3" } as const;

/**
 * Errors of the fitted readout against the number of samples, and their relative gap with 2 N_out/P (solid) and the gap of Gaussian features
 * without a ridge (dashed). Undefined for one number of samples.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function gapFigure(
	title: string,
	{ options, results }: AnalysisAnswer<GapOptions, GapResults>,
	document: FigureDocument,
): string | undefined {
	if (!("points" in results) || results.points.length < 2) return undefined;
	const range = paddedLog(samplesOf(options));
	const points = results.points.map((one) => ({ x: one.samples, ...one }));
	const { features, ridge, unexplained, curve, what } = linesOf(options, results, range, points);
	const top = 1.15 * Math.max(...points.map(({ testError }) => testError), unexplained);
	const errors = { low: -0.03 * top, high: top };
	const x = logAxis("x", "samples, P", range);
	const line = (data: readonly { x: number }[], y: string, style: object) =>
		Plot.lineY(data, { x: "x", y, strokeLinecap: "butt", ...style });
	const grid = gridOf(range);
	const sampled = points.filter(({ standardErrors }) => standardErrors !== undefined);
	const dots = (name: keyof ReadoutErrors, { stroke }: { readonly stroke: string }) => [
		Plot.ruleX(sampled, {
			x: "x",
			y1: (one) => one[name] - one.standardErrors![name],
			y2: (one) => one[name] + one.standardErrors![name],
			stroke,
			strokeWidth: 1.6,
		}),
		Plot.dot(sampled, { x: "x", y: name, r: 3.4, fill: stroke }),
	];
	const errorPanel = drawPanel(
		document,
		{ heading: "Errors of the fitted readout", note: "dotted: unexplained power e_min" },
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: x.scale,
			y: rangeAxis("error a sample", errors),
			marks: [
				...x.marks,
				Plot.ruleY([unexplained], NOISE),
				line(
					curve.map((one) => ({ x: one.x, y: inside(errors, one.testError) })),
					"y",
					TEST,
				),
				line(curve, "trainError", TRAIN),
				...dots("testError", TEST),
				...dots("trainError", TRAIN),
			],
		},
	);
	const gaps = { low: -0.03, high: 1.25 };
	const gapPanel = drawPanel(
		document,
		{ heading: "Relative generalization gap" },
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: x.scale,
			y: rangeAxis("(e_g − e_t) / e_g", gaps),
			marks: [
				...x.marks,
				line(
					grid.map((x) => ({ x, y: inside(gaps, (2 * features) / x) })),
					"y",
					BOUND,
				),
				line(
					grid.filter((x) => x > features).map((x) => ({ x, y: gaussianGap(features, x) })),
					"y",
					GAUSSIAN,
				),
				line(curve, "relativeGap", GAP),
				...dots("relativeGap", GAP),
			],
		},
	);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: `N_out = ${features}; ridge λ = ${Number(ridge.toPrecision(4))}; e_min = ${Number(unexplained.toPrecision(4))}; ${what}`,
		legend: legend(document),
		rows: [[errorPanel, gapPanel]],
	});
}

/** Evenly spaced in the logarithm. */
function gridOf({ low, high }: ValueRange): number[] {
	return Array.from({ length: CURVE_POINTS }, (_, i) => low * (high / low) ** (i / (CURVE_POINTS - 1)));
}

type Curve = readonly ({ readonly x: number } & ReadoutErrors)[];

/** The curve between the points: the equations themselves, or between averages over sampled networks straight lines. */
function linesOf(
	options: GapOptions,
	{ sampled }: GapResults,
	range: ValueRange,
	points: Curve,
): { features: number; ridge: number; unexplained: number; curve: Curve; what: string } {
	if (sampled !== undefined) {
		return {
			features: sampled.features,
			ridge: options.ridge!,
			unexplained: sampled.unexplained.value,
			curve: points,
			what: `features of ${sampled.networks} sampled networks, taken as Gaussian`,
		};
	}
	const { ridge, unexplained, ...numbers } = numbersOf(options);
	const task = taskOf({ ...numbers, ridge, unexplained });
	return {
		features: featureCountOf(task),
		ridge,
		unexplained,
		curve: curveOf(task, ridge, range),
		what: "features of Gaussian law, averages over many samples",
	};
}

/** At real numbers of samples, but for the one at which the error diverges, and those without an answer. */
function curveOf(task: GapTask, ridge: number, range: ValueRange) {
	const features = featureCountOf(task);
	const exists = (x: number) => ridge > 0 || ("spectrum" in task ? x !== features : x > features);
	return gridOf(range)
		.filter(exists)
		.map((x) => ({ x, ...solveTask(task, x, ridge).errors }));
}

function legend(document: FigureDocument): LegendEntry[] {
	const entries: readonly (readonly [object, string])[] = [
		[TEST, "test error e_g"],
		[TRAIN, "training error e_t"],
		[GAP, "relative gap"],
		[BOUND, "2 N_out/P"],
		[GAUSSIAN, "Gaussian features without a ridge, 1 − (1 − N_out/P)²"],
	];
	return entries.map(([style, label]) => ({
		key: legendKey(document, [Plot.link([0], { x1: 0, x2: 1, y1: 0, y2: 0, ...style })]),
		label,
	}));
}
