import * as Plot from "@observablehq/plot";
import type { CurvePoint } from "../../experiments/learning-curve/curve-point.ts";
import type { LearningCurveResults, WidthCurve } from "../../experiments/learning-curve/results.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK } from "../marks.ts";
import { drawPanel, type Panel } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import type { ValueRange } from "../value-range.ts";
import { drawnTheories, fineTicks, type LinePoint, lineMarks, SLACK, sampledAt } from "./series.ts";

/**
 * The generalization error of every theory over the sampled one, on log axes: what differs by a few percent cannot be seen on a curve that
 * falls by decades. Bars are the standard error of the difference. Undefined where no chains converged.
 */
export function ratioPanel(
	document: FigureDocument,
	results: LearningCurveResults,
	curve: WidthCurve,
	size: { readonly width: number; readonly height: number },
): Panel | undefined {
	const lines = ratioLines(results, curve);
	if (!lines.flat().some(isKnown)) return undefined;
	const range = ratioRange(results);
	const samples = curve.points.map((point) => point.samples);
	const x = logAxis("x", "training points, P", paddedLog(samples), samples);
	const y = logAxis("y", "e_g of the theory / sampled e_g", range, fineTicks(range));
	return drawPanel(
		document,
		{ heading: `Theory over sampled, N = ${curve.widths.join(", ")}` },
		{
			...size,
			x: x.scale,
			y: y.scale,
			marks: [
				...x.marks,
				...y.marks,
				Plot.ruleY([1], { stroke: INK, strokeWidth: 1.4 }),
				...lineMarks(lines, range),
			],
		},
	);
}

/** One for each theory that is drawn. */
function ratioLines(results: LearningCurveResults, { points }: WidthCurve): LinePoint[][] {
	const sampled = points.filter((point) => sampledAt(point)?.converged);
	return drawnTheories(results).map((id) => sampled.map((point) => ratioPoint(point, id)));
}

const isKnown = ({ y }: LinePoint) => Number.isFinite(y);

function ratioPoint(point: CurvePoint, id: string): LinePoint {
	const gap = { x: point.samples, y: Number.NaN, error: 0 };
	const theory = point.theories.find((one) => one.theory === id);
	if (theory === undefined || "reason" in theory || theory.difference === undefined) return gap;
	const sampled = sampledAt(point)!.errors.generalizationError.value;
	const ratio = 1 + theory.difference.value / sampled;
	return { ...gap, y: ratio > 0 ? ratio : Number.NaN, error: theory.difference.standardError / sampled };
}

/** Of all networks, and at least 5 % to each side: noise must not look like a difference. */
function ratioRange(results: LearningCurveResults): ValueRange {
	const ratios = results.curves.flatMap((curve) => ratioLines(results, curve).flat()).filter(isKnown);
	const ends = ratios.flatMap(({ y, error }) => [y + error, ...(y > error ? [y - error] : [])]);
	return paddedLog([0.95, 1.05, ...ends.filter((y) => y > 1 / SLACK && y < SLACK)], 0.06);
}
