import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import type { ResidualScalingOptions } from "../analyses/residual-scaling/options.ts";
import type {
	DepthPoint,
	DepthResults,
	ResidualScalingResults,
} from "../analyses/residual-scaling/results.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey, lineKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, seriesStyle } from "./marks.ts";
import { drawPanel, type Panel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";
import { lineStyle } from "./theory-line.ts";
import { extent, padded } from "./value-range.ts";

const WIDTH = 1000;
const HEIGHT = 380;
/** Curves of more depths would hide each other. */
const MOST_CURVES = 5;

const LIMIT = { stroke: INK, strokeWidth: 1.6, strokeDasharray: "6 3" } as const;
const OPTIMUM = { r: 4, stroke: INK, strokeWidth: 1.5, fill: "white" } as const;

/**
 * The response eta against the residual scale for several depths, the optimum of each marked, and rho* sqrt(L) sigma_w against
 * the depth with its deep limit as a line. Undefined for an answer of one quantity.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function residualScalingFigure(
	title: string,
	{ options, results }: AnalysisAnswer<ResidualScalingOptions, ResidualScalingResults>,
	document: FigureDocument,
): string | undefined {
	if (!("points" in results)) return undefined;
	const curves = evenly(results.points, MOST_CURVES);
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(options, results),
		legend: legend(document, curves, results),
		rows: [[responsePanel(document, curves), depthPanel(document, results)]],
	});
}

/** As many entries as wanted at most, the first and the last among them. */
function evenly(points: readonly DepthPoint[], count: number): readonly DepthPoint[] {
	if (points.length <= count) return points;
	return Array.from(
		{ length: count },
		(_, i) => points[Math.round((i * (points.length - 1)) / (count - 1))]!,
	);
}

function responsePanel(document: FigureDocument, curves: readonly DepthPoint[]): Panel {
	const drawn = curves.map((point) => ({ point, values: curveOf(point) }));
	const all = drawn.flatMap(({ values }) => values);
	const x = logAxis("x", "residual scale, ρ", paddedLog(all.map(({ x }) => x)));
	const optima = curves
		.filter(({ found, optimalScale }) => found && optimalScale > 0)
		.map(({ optimalScale, logResponse }) => ({ x: optimalScale, y: Math.exp(logResponse) }));
	return drawPanel(
		document,
		{ heading: "Response of the output kernel" },
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: x.scale,
			y: rangeAxis("η / σ_v²", padded(extent([0, ...all.map(({ y }) => y)]))),
			marks: [
				...x.marks,
				...drawn.map(({ values }, i) =>
					Plot.lineY(values, { x: "x", y: "y", curve: "monotone-x", ...curveStyle(i) }),
				),
				Plot.dot(optima, { x: "x", y: "y", ...OPTIMUM }),
			],
		},
	);
}

function curveOf({ curve }: DepthPoint): { x: number; y: number }[] {
	return curve.residualScale.map((x, i) => ({ x, y: curve.response[i]! }));
}

function depthPanel(document: FigureDocument, { points, scaledDeepLimit }: DepthResults): Panel {
	const found = points
		.filter((point) => point.found)
		.map((point) => ({ x: point.depth, y: point.scaledOptimum }));
	const limit = scaledDeepLimit === undefined ? [] : [scaledDeepLimit];
	const depths = points.map(({ depth }) => depth);
	const x = logAxis("x", "residual blocks, L", paddedLog(depths), depths);
	const values = [...found.map(({ y }) => y), ...limit];
	return drawPanel(
		document,
		{ heading: "Optimal residual scale" },
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: x.scale,
			y: rangeAxis("ρ* √L σ_w", padded(extent(values.length === 0 ? [0, 1] : values), 0.08)),
			marks: [
				...x.marks,
				Plot.ruleY(limit, LIMIT),
				Plot.lineY(found, { x: "x", y: "y", stroke: INK, strokeWidth: 1.2 }),
				Plot.dot(found, { x: "x", y: "y", ...OPTIMUM }),
			],
		},
	);
}

/** All solid curves would need color. */
const curveStyle = (index: number) => lineStyle(seriesStyle(index), 2);

function legend(
	document: FigureDocument,
	curves: readonly DepthPoint[],
	{ scaledDeepLimit }: DepthResults,
): LegendEntry[] {
	return [
		...curves.map(({ depth }, i) => ({ key: lineKey(document, curveStyle(i)), label: `L = ${depth}` })),
		{
			key: legendKey(document, [Plot.dot([0.5], { x: (x) => x, y: 0, ...OPTIMUM })]),
			label: "optimum, ρ*",
		},
		...(scaledDeepLimit === undefined
			? []
			: [{ key: lineKey(document, LIMIT), label: "deep limit, √s* σ_w" }]),
	];
}

/** "erf; q(0) = 1, c(0) = 0; σ_w² = 1.25, σ_b² = 0; infinite width". */
function subtitle(
	{ activation, weightVariance, biasVariance }: ResidualScalingOptions,
	{ firstCovariance }: DepthResults,
): string {
	const number = (value: number) => Number(value.toPrecision(4));
	const [first, cross, second] = firstCovariance.map(number);
	const variances = first === second ? `q(0) = ${first}` : `q_a(0) = ${first}, q_b(0) = ${second}`;
	return `${activation}; ${variances}, c(0) = ${cross}; σ_w² = ${number(weightVariance!)}, σ_b² = ${number(biasVariance!)}; infinite width`;
}
