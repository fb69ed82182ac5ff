import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import type { CriticalityOptions } from "../analyses/criticality/options.ts";
import type { CriticalityResults, DepthResults, ScanResults } from "../analyses/criticality/results.ts";
import { LARGE_EXPANSION } from "../theories/map-kernels/validity.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey, lineKey, seriesKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, type SeriesStyle, seriesStyle } from "./marks.ts";
import { drawPanel, type Panel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { theoryLine } from "./theory-line.ts";
import { extent, padded, type ValueRange } from "./value-range.ts";

const WIDTH = 1000;
const HEIGHT = 250;

const CRITICAL = { stroke: INK, strokeWidth: 1.4, strokeDasharray: "5 4" } as const;
const LIMIT = { stroke: INK, strokeWidth: 1.2, strokeDasharray: "1.5 3" } as const;

type Measure = Exclude<keyof DepthResults, "depth" | "conjugateNorms">;

/** One measure of one depth; absent measures have no panel. */
const valuesOf = (one: DepthResults, name: Measure): readonly number[] => one[name] ?? [];

/**
 * Responses, first-order changes of the output kernel and the expansion parameter against the weight deviation: one line for each
 * depth, filled symbols where the first order may be believed, the critical line dashed. Undefined for one weight deviation.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function criticalityFigure(
	title: string,
	{ results }: AnalysisAnswer<CriticalityOptions, CriticalityResults>,
	document: FigureDocument,
): string | undefined {
	if (!("depths" in results) || results.weightDeviations.length < 2) return undefined;
	const { weightDeviations } = results;
	const x = padded(extent([...weightDeviations]), 0.03);
	const panel = panelOf(document, results, x);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(results),
		legend: legend(document, results),
		rows: [
			[
				panel(
					"response",
					"Forward response",
					"of K to a source at the inputs",
					"mean |J…J 1| off the diagonal",
					"log",
				),
				panel("backwardResponse", "Backward response", "of the data's force", "|C̃⁽¹⁾| / |C̃⁽ᴸ⁾|", "log"),
			],
			[
				panel(
					"projectedKernelChange",
					"Change of the kernel along the targets",
					"",
					"yᵀ dK y / P²",
					"linear",
				),
				panel("relativeKernelChange", "Relative change of the kernel", "", "|dK| / |K|", "log"),
			],
			[
				...(results.alignmentSlope
					? [
							panel(
								"alignmentSlope",
								"Gain of alignment with the targets",
								"",
								"d alignment / dε along dK",
								"linear",
							),
						]
					: []),
				panel(
					"expansion",
					"Expansion parameter",
					`first order wants it below ${LARGE_EXPANSION} (dotted)`,
					"P max |eigenvalue of C̃| g/N",
					"log",
				),
			],
		],
	});
}

function panelOf(
	document: FigureDocument,
	{ depths, weightDeviations, criticalWeightDeviation }: ScanResults,
	range: ValueRange,
) {
	return (name: Measure, heading: string, note: string, label: string, scale: "linear" | "log"): Panel => {
		const values = depths.flatMap((one) => valuesOf(one, name));
		// A log axis has no place for what is not positive.
		const log = scale === "log" && values.every((value) => value > 0);
		const limit = name === "expansion" ? [LARGE_EXPANSION] : [];
		const y = log ? logAxis("y", label, paddedLog([...values, ...limit], 0.06)) : undefined;
		return drawPanel(
			document,
			{ heading, note },
			{
				width: WIDTH / 2,
				height: HEIGHT,
				x: rangeAxis("weight deviation, σ_w", range),
				y: y?.scale ?? rangeAxis(label, padded(extent([0, ...values]), 0.06)),
				marks: [
					...(y?.marks ?? []),
					...(criticalWeightDeviation > range.low && criticalWeightDeviation < range.high
						? [Plot.ruleX([criticalWeightDeviation], CRITICAL)]
						: []),
					...limit.map((value) => Plot.ruleY([value], LIMIT)),
					...depths.flatMap((one, i) => seriesMarks(one, name, weightDeviations, seriesStyle(i))),
				],
			},
		);
	};
}

/** A line with its symbols, hollow where the first order cannot be trusted. */
function seriesMarks(
	one: DepthResults,
	name: Measure,
	weightDeviations: readonly number[],
	style: SeriesStyle,
): Plot.Markish[] {
	const { color, symbol } = style;
	const points = weightDeviations.map((sigma, k) => ({
		x: sigma,
		y: valuesOf(one, name)[k]!,
		fill: one.expansion[k]! > LARGE_EXPANSION ? "white" : color,
	}));
	return [
		theoryLine(points, style),
		// Constant channels of colors would be taken for data without the identity scale.
		Plot.dot(points, { x: "x", y: "y", r: 2.6, symbol, stroke: color, fill: (point) => point.fill }),
	];
}

/** "P = 24, d = 20; erf, N = 200; σ_b² = 0.05; κ = 0.1; standard scaling; critical σ_w = 1.173". */
function subtitle({ problem, criticalWeightDeviation }: ScanResults): string {
	const { trainPoints, inputs, activation, widths, biasVariance, noiseVariance, scaling } = problem;
	const shown = new Set(widths).size === 1 ? `${widths[0]}` : widths.join(", ");
	return [
		`P = ${trainPoints}, d = ${inputs}`,
		`${activation}, N = ${shown}`,
		`σ_b² = ${biasVariance}`,
		`κ = ${Number(noiseVariance.toPrecision(4))}`,
		`${scaling} scaling`,
		`critical σ_w = ${criticalWeightDeviation.toPrecision(4)}`,
		"infinite-width responses and first order in 1/N",
	].join("; ");
}

function legend(document: FigureDocument, { depths }: ScanResults): LegendEntry[] {
	const hollow = depths.some(({ expansion }) => expansion.some((value) => value > LARGE_EXPANSION));
	return [
		...depths.map(({ depth }, i) => ({
			key: seriesKey(document, seriesStyle(i), seriesStyle(i).color),
			label: depth === 1 ? "1 hidden layer" : `${depth} hidden layers`,
		})),
		{ key: lineKey(document, CRITICAL), label: "critical line, χ⊥ = 1" },
		...(hollow
			? [
					{
						key: legendKey(document, [
							Plot.dot([0.5], { x: (x) => x, y: 0, symbol: "square", r: 3, stroke: INK, fill: "white" }),
						]),
						label: `open: expansion above ${LARGE_EXPANSION}`,
					},
				]
			: []),
	];
}
