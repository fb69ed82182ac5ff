import type { LearningCurveResults, WidthCurve } from "../../experiments/learning-curve/results.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { drawPanel, type Panel } from "../panel.ts";
import { sampledMarks } from "../sampled-marks.ts";
import type { FigureDocument } from "../svg-node.ts";
import { outsideNote } from "../value-range.ts";
import {
	drawnTheories,
	errorRange,
	fineTicks,
	type LinePoint,
	lineMarks,
	sampledError,
	theoryPoint,
} from "./series.ts";

const ERROR_LABEL = "generalization error, e_g = ⟨(y* − f*)²⟩";

interface PanelSize {
	readonly width: number;
	readonly height: number;
}

/** Generalization error against the number of training points, of one network. */
export function errorPanel(
	document: FigureDocument,
	results: LearningCurveResults,
	curve: WidthCurve,
	size: PanelSize,
): Panel {
	const { points } = curve;
	const lines = drawnTheories(results).map((id) =>
		points.map((point) => theoryPoint(point, id, point.samples)),
	);
	const sampled = points.flatMap((point) => sampledError(point, point.samples));
	const heading = `N = ${curve.widths.join(", ")}`;
	const samples = points.map((point) => point.samples);
	return panelOf(
		document,
		results,
		{ heading, label: "training points, P", values: samples, lines, sampled },
		size,
	);
}

/** Generalization error against the width, at the largest number of training points that every width has. Undefined for one width. */
export function widthPanel(
	document: FigureDocument,
	results: LearningCurveResults,
	size: PanelSize,
): Panel | undefined {
	const measured = results.curves.filter(({ points }) => points.length > 0);
	if (measured.length < 2) return undefined;
	const samples = Math.min(...measured.map(({ points }) => points.at(-1)!.samples));
	const at = measured.map((curve) => ({
		width: curve.widths.at(-1)!,
		point: curve.points.find((one) => one.samples === samples)!,
	}));
	const lines = drawnTheories(results).map((id) =>
		at.map(({ width, point }) => theoryPoint(point, id, width)),
	);
	const sampled = at.flatMap(({ width, point }) => sampledError(point, width));
	const widths = at.map(({ width }) => width);
	return panelOf(
		document,
		results,
		{ heading: `P = ${samples}`, label: "width, N", values: widths, lines, sampled },
		size,
	);
}

function panelOf(
	document: FigureDocument,
	results: LearningCurveResults,
	{
		heading,
		label,
		values,
		lines,
		sampled,
	}: {
		readonly heading: string;
		readonly label: string;
		readonly values: readonly number[];
		readonly lines: readonly (readonly LinePoint[])[];
		readonly sampled: ReturnType<typeof sampledError>;
	},
	size: PanelSize,
): Panel {
	const range = errorRange(results);
	const x = logAxis("x", label, paddedLog(values), values);
	const y = logAxis("y", ERROR_LABEL, range, fineTicks(range));
	const labels = drawnTheories(results);
	const note = outsideNote(
		range,
		lines.map((line, i) => ({
			label: labels[i]!,
			values: line.map((point) => point.y).filter(Number.isFinite),
		})),
	);
	return drawPanel(
		document,
		{ heading, note },
		{
			...size,
			x: x.scale,
			y: y.scale,
			marks: [...x.marks, ...y.marks, ...lineMarks(lines, range), ...sampledMarks(sampled, range)],
		},
	);
}
