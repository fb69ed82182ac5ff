import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import { linearError } from "../analyses/equivalent-linear-model/linear-error.ts";
import {
	type EquivalentOptions,
	type EquivalentResults,
	ratiosOf,
} from "../analyses/equivalent-linear-model/results.ts";
import { composeFigure } from "./compose.ts";
import { lineKey } from "./legend-key.ts";
import { logAxis, paddedLog } from "./log-axis.ts";
import { INK, seriesStyle } from "./marks.ts";
import { drawPanel, rangeAxis } from "./panel.ts";
import type { FigureDocument } from "./svg-node.ts";

const WIDTH = 1000;
const CURVE_POINTS = 240;

const TEST = { stroke: seriesStyle(1).color, strokeWidth: 2.2 } as const;
const FLOOR = { stroke: INK, strokeWidth: 1.6, strokeDasharray: "1.5 3" } as const;
const TOTAL = { stroke: INK, strokeWidth: 1.6, strokeDasharray: "6 3" } as const;

/**
 * The test error of the equivalent linear model against P/d, from the prior variance of the target (dashed) to its nonlinear part (dotted). Undefined
 * without two positive values of P/d.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function equivalentFigure(
	title: string,
	{ options, results }: AnalysisAnswer<EquivalentOptions, EquivalentResults>,
	document: FigureDocument,
): string | undefined {
	const { linearPower, nonlinearPower, noiseVariance, layers } = results;
	const errors = [results.testError].flat();
	const points = ratiosOf(options)
		.map((x, i) => ({ x, y: errors[i]! }))
		.filter(({ x }) => x > 0);
	if (points.length < 2) return undefined;
	const range = paddedLog(points.map(({ x }) => x));
	const curve = Array.from({ length: CURVE_POINTS }, (_, i) => {
		const x = range.low * (range.high / range.low) ** (i / (CURVE_POINTS - 1));
		const noise = noiseVariance + nonlinearPower;
		return { x, y: nonlinearPower + linearError({ linearPower, noise, samplesPerInput: x }) };
	});
	const total = linearPower + nonlinearPower;
	const x = logAxis("x", "samples per input, P / d", range);
	const panel = drawPanel(
		document,
		{ heading: "" },
		{
			width: WIDTH,
			height: 400,
			x: x.scale,
			y: rangeAxis("test error, m + ε", { low: -0.03 * total, high: 1.08 * total }),
			marks: [
				...x.marks,
				Plot.ruleY([total], TOTAL),
				Plot.ruleY([nonlinearPower], FLOOR),
				Plot.lineY(curve, { x: "x", y: "y", ...TEST }),
				Plot.dot(points, { x: "x", y: "y", r: 3.6, fill: TEST.stroke }),
			],
		},
	);
	const number = (value: number) => Number(value.toPrecision(4));
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: `${layers.join(", ")}; ρ² = ${number(linearPower)}, ε = ${number(nonlinearPower)}, κ = ${number(noiseVariance)}; teacher and learner of one prior, Gaussian inputs, P, d and all widths to infinity in proportion`,
		legend: [
			{ key: lineKey(document, TEST), label: "optimal learner" },
			{ key: lineKey(document, TOTAL), label: "without data, ρ² + ε" },
			{ key: lineKey(document, FLOOR), label: "nonlinear part of the teacher, ε" },
		],
		rows: [[panel]],
	});
}
