import * as Plot from "@observablehq/plot";
import type { AdaptationAnswer } from "../../analyses/kernel-adaptation/results.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK } from "../marks.ts";
import { axisLabel, drawPanel, type Panel, rangeAxis } from "../panel.ts";
import { sampledMarks } from "../sampled-marks.ts";
import type { FigureDocument } from "../svg-node.ts";
import { countTicks } from "../ticks.ts";
import { extent, padded } from "../value-range.ts";
import { PRIOR, quantitySeries, type Read, seriesMarks, theoryStyle, valuesOf } from "./series.ts";
import type { WidthAxis } from "./width-axis.ts";

const HEIGHT = 290;

/** Quantities that range over more than this factor are drawn on a log axis. */
const LOG_RATIO = 10;

/** One quantity against the width. */
export interface QuantityPanel {
	readonly heading: string;
	readonly note?: string;
	/** Of the vertical axis. */
	readonly label: string;
	readonly read: Read;
	/** The value without adaptation, where it is the same at all widths. */
	readonly unadapted?: number;
	/** Whether the vertical lines have their names here. */
	readonly named?: boolean;
}

/** Undefined where no answer has the quantity. */
export function quantityPanel(
	document: FigureDocument,
	answer: AdaptationAnswer,
	x: WidthAxis,
	{ heading, note = "", label, read, unadapted, named = false }: QuantityPanel,
	width: number,
): Panel | undefined {
	const series = quantitySeries(answer.results, read);
	const values = valuesOf(series);
	if (series.theories.every(({ points }) => points.length === 0) && series.sampled.length === 0) {
		return undefined;
	}
	const marks = [
		...(unadapted === undefined ? [] : [Plot.ruleY([unadapted], PRIOR)]),
		...seriesMarks(series),
	];
	const all = unadapted === undefined ? values : [...values, unadapted];
	return drawn(
		document,
		{ heading, note },
		{ label, values: all, marks, named, logarithmic: isWide(all) },
		x,
		width,
	);
}

/** The outlier and the bulk of Sigma's spectrum against the width. Undefined where no answer has them. */
export function eigenvaluePanel(
	document: FigureDocument,
	answer: AdaptationAnswer,
	x: WidthAxis,
	width: number,
): Panel | undefined {
	const { results } = answer;
	const largest = quantitySeries(results, ({ eigenvalues }) => eigenvalues?.[0]);
	if (valuesOf(largest).length === 0) return undefined;
	const second = quantitySeries(results, ({ eigenvalues }) => eigenvalues?.[1]);
	const smallest = quantitySeries(results, ({ eigenvalues }) =>
		eigenvalues && eigenvalues.length > 1 ? eigenvalues.at(-1) : undefined,
	);
	const bulk = second.theories.map(({ style, points }, t) => ({
		style,
		points: points.map(({ x: at, y }, i) => ({ x: at, high: y, low: smallest.theories[t]!.points[i]!.y })),
	}));
	const sampledBulk = second.sampled.map(({ x: at, y }, i) => ({
		x: at,
		high: y,
		low: smallest.sampled[i]!.y,
	}));
	const prior = results.priorWeightVariance;
	return drawn(
		document,
		{
			heading: "Weight covariance Σ of the first layer",
			note: "largest eigenvalue; band and bar: the others; dotted: prior",
		},
		{
			label: "eigenvalue of Σ",
			named: false,
			logarithmic: false,
			values: [...valuesOf(largest), ...valuesOf(second), ...valuesOf(smallest), prior],
			marks: [
				...bulk.map(({ style, points }) =>
					Plot.areaY(points, { x: "x", y1: "low", y2: "high", fill: style.color, fillOpacity: 0.22 }),
				),
				Plot.ruleY([prior], PRIOR),
				Plot.ruleX(sampledBulk, {
					x: "x",
					y1: "low",
					y2: "high",
					stroke: INK,
					strokeWidth: 4,
					strokeOpacity: 0.55,
				}),
				...seriesMarks(largest),
			],
		},
		x,
		width,
	);
}

/** Every eigenvalue of Sigma at the width whose kernels are shown. Undefined where no answer has them there. */
export function spectrumPanel(
	document: FigureDocument,
	{ results }: AdaptationAnswer,
	at: number,
	width: number,
): Panel | undefined {
	const ranked = (eigenvalues: readonly number[] = []) => eigenvalues.map((y, i) => ({ x: i + 1, y }));
	const theories = results.theories.map(({ points }, i) => ({
		style: theoryStyle(i),
		points: ranked(points.find((one) => one.width === at)?.eigenvalues),
	}));
	const network = results.sampled?.find((one) => one.width === at);
	const sampled = ranked(network?.eigenvalues).map((point, i) => ({
		...point,
		error: network!.standardErrors.eigenvalues?.[i] ?? 0,
		fill: network!.converged ? INK : "white",
	}));
	const series = { theories, infiniteWidth: [], sampled };
	const values = valuesOf(series);
	const count = Math.max(sampled.length, ...theories.map(({ points }) => points.length));
	// One eigenvalue is no spectrum.
	if (count < 2) return undefined;
	const prior = results.priorWeightVariance;
	const range = padded(extent([...values, prior]), 0.06);
	return drawPanel(
		document,
		{ heading: `Spectrum of Σ at N = ${at}`, note: "dotted: prior" },
		{
			width,
			height: HEIGHT,
			x: {
				...axisLabel("rank of the eigenvalue"),
				domain: [0.5, count + 0.5],
				ticks: countTicks(count),
				tickFormat: String,
			},
			y: rangeAxis("eigenvalue of Σ", range),
			marks: [
				Plot.ruleY([prior], PRIOR),
				...theories.map(({ style: { color, symbol }, points }) =>
					Plot.dot(points, { x: "x", y: "y", symbol, r: 4, stroke: color, strokeWidth: 1.4, fill: "white" }),
				),
				...sampledMarks(sampled),
			],
		},
	);
}

/** Whether all values are positive, and far enough apart for a log axis. */
function isWide(values: readonly number[]): boolean {
	const low = Math.min(...values);
	return low > 0 && Math.max(...values) > LOG_RATIO * low;
}

function drawn(
	document: FigureDocument,
	text: { readonly heading: string; readonly note?: string },
	{
		label,
		values,
		marks,
		named,
		logarithmic,
	}: {
		readonly label: string;
		readonly values: readonly number[];
		readonly marks: Plot.Markish[];
		readonly named: boolean;
		readonly logarithmic: boolean;
	},
	x: WidthAxis,
	width: number,
): Panel {
	const range = logarithmic ? paddedLog(values, 0.08) : padded(extent(values), 0.08);
	const y = logarithmic ? logAxis("y", label, range) : { scale: rangeAxis(label, range), marks: [] };
	return drawPanel(document, text, {
		width,
		height: HEIGHT,
		x: x.scale,
		y: y.scale,
		marks: [...x.marks, ...y.marks, ...x.verticals, ...marks, ...(named ? x.names(range) : [])],
	});
}
