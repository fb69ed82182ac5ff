import * as Plot from "@observablehq/plot";
import type { Measured, ProbeRow } from "../../experiments/probing/measured.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK, seriesStyle } from "../marks.ts";
import { axisLabel, drawPanel, type Panel, rangeAxis } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import { lineStyle } from "../theory-line.ts";
import { countTicks } from "../ticks.ts";
import { extent, padded } from "../value-range.ts";
import { capital, PRIOR, type QuantityRows } from "./rows.ts";

const HEIGHT = 250;

/** Of the largest number: what is smaller on a log axis is 0 to rounding. */
const LOWEST = 1e-12;

/** More eigenvalues are counted on a log axis: the first ones matter most. */
const LONG = 12;

/**
 * A list of numbers in one layer, such as a spectrum: prior as a dotted line, theories as lines, sampled networks as points with error
 * bars. Undefined where no source has a number.
 */
export function listPanel(
	document: FigureDocument,
	{ quantity, theories, converged }: QuantityRows,
	{ layer, prior, theories: predicted, sampled }: ProbeRow,
	width: number,
): Panel | undefined {
	const lines = theories.map((id, i) => ({ style: seriesStyle(i), points: pointsOf(predicted[id]!) }));
	const before = pointsOf(prior);
	const seen = sampled ? pointsOf(sampled) : [];
	const all = [...before, ...seen, ...lines.flatMap(({ points }) => points)];
	if (all.length === 0) return undefined;
	const count = Math.max(...all.map(({ x }) => x));
	const logarithmic = quantity.axis === "log";
	// Errors that reach 0 end where the axis does.
	const floor = logarithmic ? LOWEST * Math.max(...all.map(({ y }) => y)) : Number.NEGATIVE_INFINITY;
	const shown = (points: readonly ListPoint[]) => points.filter(({ y }) => y > floor);
	const values = shown(all)
		.flatMap(({ y, error }) => [y, y - error, y + error])
		.filter((y) => y > floor);
	if (values.length === 0) return undefined;
	const full = logarithmic ? paddedLog(values) : padded(extent(values), 0.06);
	const y = logarithmic
		? logAxis("y", quantity.label, full)
		: { scale: rangeAxis(quantity.label, full), marks: [] };
	const name = quantity.index ?? "";
	const x =
		count > LONG && name.startsWith("eigenvalue")
			? logAxis("x", name, paddedLog([1, count], 0.03))
			: {
					scale: {
						...axisLabel(name),
						domain: [0.5, count + 0.5],
						ticks: countTicks(count),
						tickFormat: String,
					},
					marks: [],
				};
	return drawPanel(
		document,
		{ heading: `${capital(quantity.title)}, ${layer}` },
		{
			width,
			height: HEIGHT,
			x: x.scale,
			y: y.scale,
			marks: [
				...x.marks,
				...y.marks,
				...lines.map(({ style, points }) =>
					Plot.lineY(shown(points), { x: "x", y: "y", ...lineStyle(style, 1.5) }),
				),
				Plot.lineY(shown(before), { x: "x", y: "y", ...PRIOR, strokeWidth: 1.6 }),
				Plot.ruleX(shown(seen), {
					x: "x",
					y1: (one: ListPoint) => Math.max(full.low, one.y - one.error),
					y2: (one: ListPoint) => Math.min(full.high, one.y + one.error),
					stroke: INK,
					strokeWidth: 1.1,
				}),
				Plot.dot(shown(seen), {
					x: "x",
					y: "y",
					r: 2,
					fill: converged ? INK : "white",
					stroke: INK,
					strokeWidth: 0.8,
				}),
			],
		},
	);
}

interface ListPoint {
	readonly x: number;
	readonly y: number;
	readonly error: number;
}

function pointsOf(one: Measured): ListPoint[] {
	if (!("values" in one)) return [];
	return one.values.map((y, k) => ({ x: k + 1, y, error: one.standardErrors?.[k] ?? 0 }));
}
