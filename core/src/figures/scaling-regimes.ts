import * as Plot from "@observablehq/plot";
import type { RegimesResults, SampledRegime, TheoryRegime } from "../analyses/scaling-regimes/results.ts";
import type { RegimesAnswer } from "../analyses/scaling-regimes/table.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { seriesKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, seriesStyle } from "./marks.ts";
import { noiseFloorKey, noiseFloorMarks } from "./noise-floor.ts";
import { axisLabel, drawPanel, type Panel, rangeAxis } from "./panel.ts";
import { sampledKey, sampledMarks } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";
import { theoryLine, theorySymbols } from "./theory-line.ts";
import { extent, padded } from "./value-range.ts";

const WIDTH = 1000;
const HEIGHT = 300;

/** A relative distance from the sampled network, with the noise floor of the latter. */
interface DistancePanel {
	readonly heading: string;
	readonly label: string;
	readonly quantity: "mean" | "variance" | "kernel";
}

/** A number that the sampled network has, too. */
interface AlignmentPanel {
	readonly heading: string;
	readonly note?: string;
	readonly label: string;
	readonly quantity: "weightAlignment" | "meanAlignment";
	/** Its value where nothing is learned. */
	readonly prior?: number;
}

const ALIGNMENTS: readonly AlignmentPanel[] = [
	{
		heading: "Teacher in the weights",
		note: "dotted: prior",
		label: "wᵀΣw / (|w|² tr Σ / d)",
		quantity: "weightAlignment",
		prior: 1,
	},
	{
		heading: "Teacher in the mean",
		label: "cos(w, b),  m ≈ b·x",
		quantity: "meanAlignment",
	},
];

/**
 * Every theory from the standard to the mean-field scaling: relative errors of mean, variance and kernel on log axes above the
 * Monte-Carlo noise in gray, and alignments with the teacher next to those of the sampled network, points with error bars.
 * Panels without a number are left out. Undefined where there is none.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function regimesFigure(
	title: string,
	answer: RegimesAnswer,
	document: FigureDocument,
): string | undefined {
	const { results, options } = answer;
	const where = results.points === "test" ? "test" : "training";
	const distances = (
		[
			{
				heading: "Error of the mean",
				label: `|m − m_net| / |m_net|, ${where} points`,
				quantity: "mean",
			},
			{
				heading: "Error of the kernel",
				label: "|K − K_net| / |K_net|, training points",
				quantity: "kernel",
			},
			{
				heading: "Error of the variance",
				label: `|v − v_net| / |v_net|, ${where} points`,
				quantity: "variance",
			},
		] as const
	).filter(({ quantity }) =>
		results.theories.some(({ points }) => points.some((point) => point[quantity]?.relative)),
	);
	const shown = ALIGNMENTS.filter(({ quantity }) => results.sampled.some((regime) => regime[quantity]));
	const draws = [
		...distances.map((panel) => (width: number) => distancePanel(document, results, panel, width)),
		...shown.map((panel) => (width: number) => alignmentPanel(document, results, panel, width)),
	];
	if (draws.length === 0) return undefined;
	const rows = draws.flatMap((_, i) => {
		const row = draws.slice(i, i + 2);
		return i % 2 === 0 ? [row.map((draw) => draw(WIDTH / row.length))] : [];
	});
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(results),
		legend: legend(document, results, options.sampling.sampler),
		rows,
	});
}

function distancePanel(
	document: FigureDocument,
	{ theories, sampled }: RegimesResults,
	{ heading, label, quantity }: DistancePanel,
	width: number,
): Panel {
	const series = theories.map(({ points }) =>
		points.flatMap((point) => {
			const y = point[quantity]?.relative;
			return y === undefined || y === 0 ? [] : [{ x: point.exponent, y }];
		}),
	);
	const floors = sampled.flatMap(({ exponent, noiseFloor: { [quantity]: y } }) =>
		y === undefined || y === 0 ? [] : [{ x: exponent, y }],
	);
	const range = paddedLog(
		[...series.flat(), ...floors].map(({ y }) => y),
		0.06,
	);
	const y = logAxis("y", label, range);
	return drawPanel(
		document,
		{ heading },
		{
			width,
			height: HEIGHT,
			x: exponentAxis(sampled),
			y: y.scale,
			marks: [...noiseFloorMarks(floors, range.low), ...y.marks, ...seriesMarks(series)],
		},
	);
}

function alignmentPanel(
	document: FigureDocument,
	{ theories, sampled }: RegimesResults,
	{ heading, note = "", label, quantity, prior }: AlignmentPanel,
	width: number,
): Panel {
	const series = theories.map(({ points }) => pointsOf(points, quantity));
	const network = sampled.flatMap((regime) => {
		const y = regime[quantity];
		const error = regime[`${quantity}StandardError`] ?? 0;
		return y === undefined ? [] : [{ x: regime.exponent, y, error, fill: regime.converged ? INK : "white" }];
	});
	const values = [
		...series.flat().map(({ y }) => y),
		...network.flatMap(({ y, error }) => [y - error, y + error]),
		...(prior === undefined ? [] : [prior]),
	];
	return drawPanel(
		document,
		{ heading, note },
		{
			width,
			height: HEIGHT,
			x: exponentAxis(sampled),
			y: rangeAxis(label, padded(extent(values), 0.06)),
			marks: [
				...(prior === undefined
					? []
					: [Plot.ruleY([prior], { stroke: INK, strokeWidth: 1.2, strokeDasharray: "2 3" })]),
				...seriesMarks(series),
				...sampledMarks(network),
			],
		},
	);
}

function pointsOf(points: readonly TheoryRegime[], quantity: AlignmentPanel["quantity"]) {
	return points.flatMap(({ exponent: x, [quantity]: y }) => (y === undefined ? [] : [{ x, y }]));
}

function seriesMarks(series: readonly (readonly { readonly x: number; readonly y: number }[])[]) {
	return series.flatMap((points, i) => {
		const style = seriesStyle(i);
		return [theoryLine(points, style), theorySymbols(points, style)];
	});
}

function exponentAxis(sampled: readonly SampledRegime[]): Plot.ScaleOptions {
	const ends: Readonly<Record<number, string>> = { 0: "0: standard", 1: "1: mean-field" };
	const { low, high } = padded(extent(sampled.map(({ exponent }) => exponent)), 0.06);
	return {
		...axisLabel("scaling exponent γ, χ = N^γ"),
		domain: [low, high],
		ticks: sampled.map(({ exponent }) => exponent),
		tickFormat: (exponent: number) => ends[exponent] ?? String(exponent),
	};
}

/** "N = 40, P = 16, d = 10; dense erf; noise variance κ = 0.1/χ". */
function subtitle({
	width,
	problem: { trainPoints, inputs, layers, noiseVariance },
}: RegimesResults): string {
	return [
		`N = ${width}, P = ${trainPoints}, d = ${inputs}`,
		layers.join(", "),
		`noise variance κ = ${Number(noiseVariance.toPrecision(4))}/χ`,
	].join("; ");
}

function legend(
	document: FigureDocument,
	{ theories, sampled }: RegimesResults,
	sampler: string,
): LegendEntry[] {
	const stuck = sampled.some(({ converged }) => !converged);
	return [
		...theories.map(({ label, missing }, i) => ({
			key: seriesKey(document, seriesStyle(i)),
			label:
				missing.length === 0
					? label
					: `${label} (nothing at γ = ${missing.map(({ exponent }) => exponent).join(", ")})`,
		})),
		{
			key: sampledKey(document, INK),
			label: `sampled network (${sampler}), ±1 MCSE${stuck ? "; hollow: chains not converged" : ""}`,
		},
		{
			key: noiseFloorKey(document),
			label: "its Monte-Carlo noise",
		},
	];
}
