import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import type { OverlapOptions } from "../analyses/teacher-overlap/options.ts";
import type { OverlapPoint, OverlapResults } from "../analyses/teacher-overlap/results.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey, lineKey } from "./legend-key.ts";
import { paddedLog } from "./log-axis.ts";
import { INK, seriesStyle } from "./marks.ts";
import { sampledKey } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";
import { EXACT, KURTOSES, kurtosisPanel, PRIOR, quantityPanels, WIDTH } from "./teacher-overlap/panels.ts";

const BOUND = { stroke: seriesStyle(1).color, strokeWidth: 1.6 } as const;

/**
 * Weight overlap, function overlap, excess kurtosis and memorization index against the samples a parameter: points with error bars,
 * exact values of linear students as dashed lines, the prior dotted, 2 N_out/P solid. Undefined where nothing was sampled.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function overlapFigure(
	title: string,
	{ options, results }: AnalysisAnswer<OverlapOptions, OverlapResults>,
	document: FigureDocument,
): string | undefined {
	const { points } = results;
	if (points.length === 0) return undefined;
	const quantity = quantityPanels(document, points);
	const { priorOverlap } = results;
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(options, results),
		legend: legend(document, options, points),
		rows: [
			[
				quantity(
					"Weight overlap with the teacher",
					"R = uᵀMu / tr M",
					({ weightOverlap }) => weightOverlap,
					({ exact }) => exact?.weightOverlap,
					{ values: [priorOverlap], marks: [Plot.ruleY([priorOverlap], PRIOR)], note: "dotted: prior, 1/d" },
				),
				quantity(
					"Function overlap with the teacher",
					"correlation of posterior mean and teacher",
					({ functionOverlap }) => functionOverlap,
					({ exact }) => exact?.functionOverlap,
				),
			],
			[
				kurtosisPanel(document, points),
				quantity(
					"Memorization index",
					"1 − e_t / e_g",
					({ memorizationIndex }) => memorizationIndex,
					({ exact }) => exact?.memorizationIndex,
					{
						values: [0, 1],
						marks: [Plot.lineY(boundCurve(points), { x: "x", y: "y", ...BOUND })],
						note: "",
					},
				),
			],
		],
	});
}

/** 2 N_out/P across the sweep, where it is below 1: no index can be larger. */
function boundCurve(points: readonly OverlapPoint[]): { x: number; y: number }[] {
	const { bound, samplesPerParameter } = points[0]!;
	const xs = points.map((point) => point.samplesPerParameter);
	const high = paddedLog(xs, 0.06).high;
	const low = Math.max(paddedLog(xs, 0.06).low, bound * samplesPerParameter);
	if (low >= high) return [];
	return Array.from({ length: 121 }, (_, i) => {
		const x = low * (high / low) ** (i / 120);
		return { x, y: (bound * samplesPerParameter) / x };
	});
}

/** "d = 10; dense erf; n_par = 110; κ = 0.1; teacher single-index, ...; descriptive, no theory claimed". */
function subtitle(
	{ teacher }: OverlapOptions,
	{ inputs, layers, parameters, lastWidth, noiseVariance }: OverlapResults,
): string {
	return [
		`d = ${inputs}`,
		layers.join(", "),
		`N_out = ${lastWidth}`,
		`n_par = ${parameters}`,
		`κ = ${Number(noiseVariance.toPrecision(4))}`,
		`${teacher!.type} teacher`,
		"descriptive: no theory claimed",
	].join("; ");
}

function legend(
	document: FigureDocument,
	{ sampling, dataSets }: OverlapOptions,
	points: readonly OverlapPoint[],
): LegendEntry[] {
	const sets = dataSets === 1 ? "one data set, ±1 MCSE" : `mean of ${dataSets} data sets, ±1 standard error`;
	return [
		{ key: sampledKey(document, INK), label: `sampled network (${sampling.sampler}), ${sets}` },
		...(points.some(({ converged }) => !converged)
			? [{ key: sampledKey(document, "white"), label: "chains not converged" }]
			: []),
		...(points.some(({ exact }) => exact !== undefined)
			? [{ key: lineKey(document, EXACT), label: "exact, same data sets" }]
			: []),
		{
			key: lineKey(document, BOUND),
			label: "2 N_out/P: readouts of fixed features; published for trained networks as an observation",
		},
		...KURTOSES.map(({ label, style: { color, symbol }, filled }) => ({
			key: legendKey(document, [
				Plot.ruleX([0.5], { y1: -0.9, y2: 0.9, stroke: color, strokeWidth: 1.4 }),
				Plot.dot([0.5], { x: (x) => x, y: 0, symbol, r: 3.6, stroke: color, fill: filled ? color : "white" }),
			]),
			label: `kurtosis ${label}`,
		})),
	];
}
