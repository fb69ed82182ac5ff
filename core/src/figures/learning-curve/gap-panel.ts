import * as Plot from "@observablehq/plot";
import type { LearningCurveResults } from "../../experiments/learning-curve/results.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK, MUTED } from "../marks.ts";
import { drawPanel, type Panel, rangeAxis } from "../panel.ts";
import { type SampledPoint, sampledMarks } from "../sampled-marks.ts";
import type { FigureDocument } from "../svg-node.ts";
import { extent, padded } from "../value-range.ts";
import { sampledAt } from "./series.ts";

/** Points of every guide: half a pixel between it and its chords at most. */
const GUIDE_POINTS = 120;

/** Solid: 2 N_out/P. */
export const PUBLISHED_LINE = { stroke: MUTED, strokeWidth: 1.6 } as const;
/** Dashed: 1 - (1 - N_out/P)^2. */
export const GAUSSIAN_LINE = { stroke: MUTED, strokeWidth: 1.4, strokeDasharray: "6 3" } as const;

/** The sampled relative gaps of all networks against P / N_out: in this ratio the published line is one for all. */
function sampledGaps({ curves }: LearningCurveResults): SampledPoint[] {
	return curves.flatMap(({ points, features }) =>
		points.flatMap((point) => {
			const sampled = sampledAt(point);
			if (sampled === undefined) return [];
			const { value, standardError } = sampled.errors.relativeGap;
			const fill = sampled.converged ? INK : "white";
			return [{ x: point.samples / features, y: value, error: standardError, fill }];
		}),
	);
}

/** Which points belong to which network, where there are several: a thin line through them, the width beside the last one. */
function networkLines({ curves }: LearningCurveResults): Plot.Markish[] {
	if (curves.length < 2) return [];
	const lines = curves.map(({ widths, features, points }) => ({
		label: `N = ${widths.join(", ")}`,
		points: points.flatMap((point) => {
			const y = sampledAt(point)?.errors.relativeGap.value;
			return y === undefined ? [] : [{ x: point.samples / features, y }];
		}),
	}));
	const ends = lines.flatMap(({ label, points }) => points.slice(-1).map((point) => ({ ...point, label })));
	return [
		...lines.map(({ points }) => Plot.lineY(points, { x: "x", y: "y", stroke: INK, strokeOpacity: 0.35 })),
		Plot.text(ends, {
			x: "x",
			y: "y",
			text: "label",
			dx: 6,
			dy: 16,
			textAnchor: "end",
			fill: INK,
			stroke: "white",
			strokeWidth: 3,
		}),
	];
}

/** Ticks where the points are, to three digits. */
function distinctRatios(sampled: readonly SampledPoint[]): number[] {
	return [...new Set(sampled.map(({ x }) => Number(x.toPrecision(3))))];
}

/** Whether the published line passes through the panel: below a gap of 1, which no error can exceed. */
export function showsGuides(results: LearningCurveResults): boolean {
	return sampledGaps(results).some(({ x }) => x > 2);
}

/**
 * (e_g - e_t) / e_g of the sampled networks against P / N_out, with the line 2 N_out/P published for trained networks (Ariosto et al. 2022,
 * arXiv 2201.11022) and the curve 1 - (1 - N_out/P)^2 of Gaussian features. Undefined where nothing is sampled.
 */
export function gapPanel(
	document: FigureDocument,
	results: LearningCurveResults,
	size: { readonly width: number; readonly height: number },
): Panel | undefined {
	const sampled = sampledGaps(results);
	if (sampled.length === 0) return undefined;
	const xRange = paddedLog(sampled.map(({ x }) => x));
	const ends = sampled.flatMap(({ y, error }) => [y - error, y + error]);
	const yRange = padded(extent([0, 1, ...ends]), 0.03);
	const x = logAxis(
		"x",
		"training points over features of the last layer, P / N_out",
		xRange,
		distinctRatios(sampled),
	);
	const guided = showsGuides(results);
	const guide = (low: number, of: (ratio: number) => number) => {
		const from = Math.max(low, xRange.low);
		if (!guided) return [];
		return Array.from({ length: GUIDE_POINTS }, (_, i) => {
			const ratio = from * (xRange.high / from) ** (i / (GUIDE_POINTS - 1));
			return { x: ratio, y: of(ratio) };
		});
	};
	const line = { x: "x", y: "y", strokeLinecap: "butt" } as const;
	const noise = results.targetNoise === 0 ? "" : ", which here includes the noise of the targets";
	const outside = guided ? "" : "; 2 N_out/P is 1 or more at all of these points";
	return drawPanel(
		document,
		{
			heading: "Relative gap",
			note: `between training error e_t and generalization error e_g${noise}${outside}`,
		},
		{
			...size,
			x: x.scale,
			y: rangeAxis("(e_g − e_t) / e_g", yRange),
			marks: [
				...x.marks,
				Plot.ruleY([0], { stroke: INK, strokeOpacity: 0.5, strokeWidth: 1 }),
				Plot.lineY(
					guide(2 / yRange.high, (ratio) => 2 / ratio),
					{ ...line, ...PUBLISHED_LINE },
				),
				Plot.lineY(
					guide(1, (ratio) => 1 - (1 - 1 / ratio) ** 2),
					{ ...line, ...GAUSSIAN_LINE },
				),
				...networkLines(results),
				...sampledMarks(sampled),
			],
		},
	);
}
