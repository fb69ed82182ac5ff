/** The panels of the figure of teacher-overlap. */
import * as Plot from "@observablehq/plot";
import type { OverlapPoint } from "../../analyses/teacher-overlap/results.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK, MUTED, seriesStyle } from "../marks.ts";
import { drawPanel, type Panel, rangeAxis } from "../panel.ts";
import { sampledMarks } from "../sampled-marks.ts";
import type { FigureDocument } from "../svg-node.ts";
import { extent, padded } from "../value-range.ts";

/** Of the figure. */
export const WIDTH = 1000;
const HEIGHT = 280;

/** Exact values of linear students. */
export const EXACT = { stroke: seriesStyle(0).color, strokeWidth: 1.8, strokeDasharray: "6 3" } as const;
/** What is without data. */
export const PRIOR = { stroke: MUTED, strokeWidth: 1.4, strokeDasharray: "1.5 3" } as const;

/** The kurtoses of one panel, told apart by symbol and color. */
export const KURTOSES = [
	{
		label: "of h(x)",
		read: (point) => point.preactivationKurtosis.pooled,
		style: seriesStyle(0),
		filled: true,
	},
	{
		label: "of h(x), between units",
		read: (point) => point.preactivationKurtosis.between,
		style: seriesStyle(0),
		filled: false,
	},
	{ label: "of w·u", read: (point) => point.projectionKurtosis.pooled, style: seriesStyle(1), filled: true },
	{
		label: "of w·u, between units",
		read: (point) => point.projectionKurtosis.between,
		style: seriesStyle(1),
		filled: false,
	},
] satisfies readonly {
	readonly label: string;
	readonly read: (point: OverlapPoint) => Estimate;
	readonly style: ReturnType<typeof seriesStyle>;
	readonly filled: boolean;
}[];

const NOTHING_BESIDE = { values: [] as readonly number[], marks: [] as readonly Plot.Markish[], note: "" };

/** A panel of one quantity for the points of a sweep. */
export function quantityPanels(document: FigureDocument, points: readonly OverlapPoint[]) {
	return (
		heading: string,
		label: string,
		read: (point: OverlapPoint) => Estimate,
		exact: (point: OverlapPoint) => number | undefined,
		beside = NOTHING_BESIDE,
	): Panel => {
		const sampled = points.map((point) => {
			const { value, standardError } = read(point);
			return {
				x: point.samplesPerParameter,
				y: value,
				error: standardError,
				fill: point.converged ? INK : "white",
			};
		});
		const line = points.flatMap((point) => {
			const y = exact(point);
			return y === undefined ? [] : [{ x: point.samplesPerParameter, y }];
		});
		const values = [
			...sampled.flatMap(({ y, error }) => [y - error, y + error]),
			...line.map(({ y }) => y),
			...beside.values,
		];
		return sweepPanel(document, { heading, note: beside.note }, label, points, values, [
			...beside.marks,
			Plot.lineY(line, { x: "x", y: "y", ...EXACT, strokeLinecap: "butt" }),
			...sampledMarks(sampled),
		]);
	};
}

/** All kurtoses, with error bars. */
export function kurtosisPanel(document: FigureDocument, points: readonly OverlapPoint[]): Panel {
	const series = KURTOSES.map(({ read, style, filled }, i) => ({
		style,
		filled,
		// Beside each other: bars at one abscissa would hide each other.
		values: points.map((point) => {
			const { value, standardError } = read(point);
			const x = point.samplesPerParameter * 1.06 ** (i - (KURTOSES.length - 1) / 2);
			return { x, y: value, low: value - standardError, high: value + standardError };
		}),
	}));
	const values = series.flatMap((one) => one.values.flatMap(({ low, high }) => [low, high]));
	const text = { heading: "Excess kurtosis over units and draws", note: "dotted: Gaussian" };
	return sweepPanel(
		document,
		text,
		"excess kurtosis",
		points,
		[...values, 0],
		[
			Plot.ruleY([0], PRIOR),
			...series.flatMap(({ style: { color, symbol }, filled, values }) => [
				Plot.ruleX(values, { x: "x", y1: "low", y2: "high", stroke: color, strokeWidth: 1.4 }),
				Plot.dot(values, {
					x: "x",
					y: "y",
					symbol,
					r: 3.8,
					stroke: color,
					strokeWidth: 1.3,
					fill: filled ? color : "white",
				}),
			]),
		],
	);
}

function sweepPanel(
	document: FigureDocument,
	text: { readonly heading: string; readonly note: string },
	label: string,
	points: readonly OverlapPoint[],
	values: readonly number[],
	marks: Plot.Markish[],
): Panel {
	const xs = points.map(({ samplesPerParameter }) => samplesPerParameter);
	const x = logAxis("x", "samples per parameter, P / n_par", paddedLog(xs, 0.06));
	return drawPanel(document, text, {
		width: WIDTH / 2,
		height: HEIGHT,
		x: x.scale,
		y: rangeAxis(label, padded(extent(values), 0.08)),
		marks: [...x.marks, ...marks],
	});
}
