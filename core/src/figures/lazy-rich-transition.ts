import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import type { Sweepable, TransitionOptions } from "../analyses/lazy-rich-transition/options.ts";
import { listOf, type TransitionResults } from "../analyses/lazy-rich-transition/results.ts";
import { parametersAt, type Sweep, sweepOf } from "../analyses/lazy-rich-transition/sweep.ts";
import { transitionAt } from "../analyses/lazy-rich-transition/transition.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, seriesStyle } from "./marks.ts";
import { drawPanel, rangeAxis } from "./panel.ts";
import { sampledKey, sampledMarks } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";

const WIDTH = 1000;
/** Points of every curve: half a pixel between the curve and its chords at most. */
const CURVE_POINTS = 240;

const AXIS_LABELS: Readonly<Record<Sweepable, string>> = {
	windows: "number of windows, M",
	patch: "inputs of a window, S",
	channels: "number of channels, C",
	samples: "number of training points, n",
	noiseVariance: "noise variance, κ",
	targetAmplitude: "target amplitude, θ*",
	readoutWeightVariance: "readout weight variance, s_a²",
	weightVariance: "weight variance, s_w²",
};

const CURVES = [
	{
		name: "alpha",
		label: "saddle point",
		stroke: seriesStyle(0).color,
		width: 2.4,
		dash: "none",
	},
	{
		name: "alphaLogDet",
		label: "saddle point with the determinant",
		stroke: seriesStyle(1).color,
		width: 2,
		dash: "7 4",
	},
	{ name: "alphaSoftThreshold", label: "soft threshold, ε → 0", stroke: INK, width: 1.8, dash: "1.5 3" },
	{
		name: "alphaGp",
		label: "Gaussian process, ε/(1 + ε)",
		stroke: seriesStyle(2).color,
		width: 1.6,
		dash: "10 3 2 3",
	},
] as const;

/** Where r = 1, if it is in the range: r is a power of every swept quantity, and so linear in the logarithms. */
function criticalValue({ values }: Sweep, r: readonly number[]): number | undefined {
	const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
	const [first, last] = [order[0]!, order[order.length - 1]!];
	if ((r[first]! - 1) * (r[last]! - 1) >= 0) return undefined;
	const fraction = Math.log(r[first]!) / Math.log(r[first]! / r[last]!);
	return values[first]! * (values[last]! / values[first]!) ** fraction;
}

/**
 * The overlap alpha against the swept quantity on a log axis: the saddle point without and with the determinant, the soft threshold, the Gaussian
 * process, sampled networks with error bars, and a vertical line at r = 1. Undefined where nothing is swept.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function transitionFigure(
	title: string,
	{ options, results }: AnalysisAnswer<TransitionOptions, TransitionResults>,
	document: FigureDocument,
): string | undefined {
	const sweep = sweepOf(options);
	if (sweep === undefined) return undefined;
	const range = paddedLog(sweep.values);
	const xs = Array.from(
		{ length: CURVE_POINTS },
		(_, i) => range.low * (range.high / range.low) ** (i / (CURVE_POINTS - 1)),
	);
	const curve = xs.map((x) => ({ x, ...transitionAt(parametersAt(options, sweep, x)).transition }));
	const sampled = (results.sampledAt ?? []).map((x, i) => ({
		x,
		y: listOf(results.sampledAlpha!)[i]!,
		error: listOf(results.sampledAlphaStandardError!)[i]!,
		fill: listOf(results.sampledConverged!)[i]! ? INK : "white",
	}));
	const critical = criticalValue(sweep, listOf(results.r));
	const top =
		1.06 *
		Math.max(
			...curve.flatMap((one) => CURVES.map(({ name }) => one[name])),
			...sampled.map(({ y, error }) => y + error),
		);
	const x = logAxis("x", AXIS_LABELS[sweep.name], range, sweep.values);
	const panel = drawPanel(
		document,
		{ heading: "" },
		{
			width: WIDTH,
			height: 430,
			x: x.scale,
			y: rangeAxis("overlap with the teacher, α", { low: -0.02 * top, high: top }),
			marks: [
				...x.marks,
				...(critical === undefined
					? []
					: [
							Plot.ruleX([critical], { stroke: INK, strokeWidth: 1, strokeOpacity: 0.6 }),
							Plot.text([critical], {
								x: (value) => value,
								y: top,
								text: () => "r = 1",
								dx: 5,
								dy: 10,
								textAnchor: "start",
							}),
						]),
				...[...CURVES].reverse().map(({ name, stroke, width, dash }) =>
					Plot.lineY(curve, {
						x: "x",
						y: name,
						stroke,
						strokeWidth: width,
						strokeDasharray: dash,
						strokeLinecap: "butt",
					}),
				),
				...sampledMarks(sampled),
			],
		},
	);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(options, sweep),
		legend: legend(document, options, results),
		rows: [[panel]],
	});
}

/** "M = 10, S = 10, n = 1000, ...": the numbers that are not swept. */
function subtitle(options: TransitionOptions, sweep: Sweep): string {
	const symbols = {
		windows: "M",
		patch: "S",
		channels: "C",
		samples: "n",
		noiseVariance: "κ",
		targetAmplitude: "θ*",
		readoutWeightVariance: "s_a²",
		weightVariance: "s_w²",
	};
	const numbers = Object.entries(symbols)
		.filter(([name]) => name !== sweep.name)
		.map(([name, symbol]) => `${symbol} = ${Number((options[name as Sweepable] as number).toPrecision(4))}`);
	return `linear convolution, rank-one teacher: ${numbers.join(", ")}; ${options.scaling} scaling`;
}

function legend(
	document: FigureDocument,
	{ sampling }: TransitionOptions,
	results: TransitionResults,
): LegendEntry[] {
	const entries = CURVES.map(({ label, stroke, width, dash }) => ({
		key: legendKey(document, [
			Plot.link([0], { x1: 0, x2: 1, y1: 0, y2: 0, stroke, strokeWidth: width, strokeDasharray: dash }),
		]),
		label,
	}));
	if (sampling === false || results.sampledAt === undefined) return entries;
	const sets =
		sampling.dataSets === 1
			? "one data set, ±1 MCSE"
			: `mean of ${sampling.dataSets} data sets, ±1 standard error`;
	const stuck = listOf(results.sampledConverged!).includes(false);
	return [
		...entries,
		{ key: sampledKey(document, INK), label: `sampled network (${sampling.sampler}), ${sets}` },
		...(stuck ? [{ key: sampledKey(document, "white"), label: "chains not converged" }] : []),
	];
}
