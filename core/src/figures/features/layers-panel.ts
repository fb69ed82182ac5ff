import * as Plot from "@observablehq/plot";
import type { Measured } from "../../experiments/probing/measured.ts";
import { OUTPUT } from "../../probes/probe.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK, seriesStyle } from "../marks.ts";
import { drawPanel, type Panel, rangeAxis } from "../panel.ts";
import { sampledMarks } from "../sampled-marks.ts";
import type { FigureDocument } from "../svg-node.ts";
import { theoryLine, theorySymbols } from "../theory-line.ts";
import { extent, inside, limitedRange, outsideNote, padded } from "../value-range.ts";
import { capital, PRIOR, type QuantityRows } from "./rows.ts";

const HEIGHT = 216;

/** Share of the room of a layer in which its symbols stand side by side. */
const SPREAD = 0.7;

/** A theory that is farther from the sampled network than so many spans of prior and sampled values is cut off. */
const SLACK = 2;

/** A log axis over less than this factor would have no round numbers to mark. */
const LOG_RATIO = 5;

/**
 * One number in every layer: prior as dotted rules, theories as symbols side by side, joined from one hidden layer to the next, sampled networks as
 * points with error bars. Undefined where no source has a number.
 */
export function layersPanel(
	document: FigureDocument,
	{ note, quantity, rows, theories, converged }: QuantityRows,
	width: number,
): Panel | undefined {
	const shown = rows.filter(({ prior, theories: predicted, sampled }) =>
		[prior, ...Object.values(predicted), ...(sampled ? [sampled] : [])].some(
			(one) => numberOf(one) !== undefined,
		),
	);
	if (shown.length === 0) return undefined;
	const named = theories
		.map((id, i) => ({ id, style: seriesStyle(i) }))
		.filter(({ id }) => shown.some((row) => numberOf(row.theories[id]!) !== undefined));
	const fill = converged ? INK : "white";
	// The sampled network stands in the middle, half of the theories on each side.
	const slots = named.length + 1;
	const middle = Math.floor(slots / 2);
	const at = (layer: number, slot: number) => layer + 1 + SPREAD * ((slot + 0.5) / slots - 0.5);
	const sampled = shown.flatMap(({ sampled: one }, l) => {
		const y = one && numberOf(one);
		return y === undefined ? [] : [{ x: at(l, middle), y, error: errorOf(one!), fill }];
	});
	const prior = shown.flatMap((row, l) => {
		const y = numberOf(row.prior);
		return y === undefined ? [] : [{ x1: l + 1 - 0.44, x2: l + 1 + 0.44, y }];
	});
	const series = named.map(({ id, style }, t) => ({
		label: id,
		style,
		points: shown.flatMap((row, l) => {
			const y = numberOf(row.theories[id]!);
			return y === undefined ? [] : [{ x: at(l, t < middle ? t : t + 1), y, layer: row.layer }];
		}),
	}));
	const core = [...prior.map(({ y }) => y), ...sampled.flatMap(({ y, error }) => [y - error, y + error])];
	const predicted = series.flatMap(({ points }) => points.map(({ y }) => y));
	const everything = [...core, ...predicted];
	const logarithmic =
		quantity.axis === "log" &&
		Math.min(...everything) > 0 &&
		Math.max(...everything) > LOG_RATIO * Math.min(...everything);
	const range = logarithmic
		? paddedLog(everything, 0.1)
		: padded(limitedRange(extent(core.length > 0 ? core : predicted), everything, SLACK), 0.1);
	const y = logarithmic
		? logAxis("y", quantity.label, range)
		: { scale: rangeAxis(quantity.label, range), marks: [] };
	const outside = outsideNote(
		range,
		series.map(({ label, points }) => ({ label, values: points.map((point) => point.y) })),
	);
	const kept = series.map(({ style, points }) => ({
		style,
		points: points.map((point) => ({ ...point, y: inside(range, point.y) })),
	}));
	const ticks = shown.map((_, l) => l + 1);
	return drawPanel(
		document,
		{
			heading: capital(quantity.title),
			note: [note, outside].filter((text) => text !== "").join("; "),
		},
		{
			width,
			height: HEIGHT,
			marginBottom: 34,
			// Room for ticks of five digits beside the name.
			marginLeft: 78,
			x: { domain: [0.5, shown.length + 0.5], axis: null },
			y: y.scale,
			marks: [
				...y.marks,
				Plot.axisX(ticks, {
					text: (tick: number) => shown[tick - 1]!.layer.replace(", ", "\n"),
					label: null,
					tickSize: 0,
				}),
				Plot.ruleX(
					ticks.slice(1).map((tick) => tick - 0.5),
					{ stroke: INK, strokeOpacity: 0.12 },
				),
				Plot.link(prior, { x1: "x1", x2: "x2", y1: "y", y2: "y", ...PRIOR }),
				...kept.map(({ style, points }) =>
					theoryLine(
						points.filter(({ layer }) => layer !== OUTPUT && !layer.includes(",")),
						{ ...style, color: `${style.color}66` },
					),
				),
				...kept.map(({ style, points }) => theorySymbols(points, style)),
				...sampledMarks(sampled, range),
			],
		},
	);
}

function numberOf(one: Measured): number | undefined {
	return "values" in one ? one.values[0] : undefined;
}

function errorOf(one: Measured): number {
	return ("values" in one && one.standardErrors?.[0]) || 0;
}
