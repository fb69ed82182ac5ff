/** Densities over units. */
import * as Plot from "@observablehq/plot";
import type { CodingResults, Histograms } from "../../analyses/coding-schemes/results.ts";
import type { Histogram } from "../../answer/answer.ts";
import { INK, MUTED, seriesStyle } from "../marks.ts";
import { drawPanel, type Panel, rangeAxis } from "../panel.ts";
import { sampledMarks } from "../sampled-marks.ts";
import type { FigureDocument } from "../svg-node.ts";

/** Of the figure. */
export const WIDTH = 1000;
export const HEIGHT = 270;

/** What is without data. */
export const PRIOR = { stroke: MUTED, strokeWidth: 1.6, strokeDasharray: "1.5 3" } as const;
/** What the theory says of one unit. */
export const POSTERIOR = { stroke: seriesStyle(0).color, strokeWidth: 1.8, strokeDasharray: "6 3" } as const;
/** A chain by itself. */
export const CHAIN = { stroke: INK, strokeWidth: 0.8, strokeOpacity: 0.55 } as const;

/** m of the first pair of classes. */
export function signalPanel(document: FigureDocument, { pairs }: CodingResults): Panel {
	const { prior, theory, sampled } = pairs[0]!.classSignal;
	const note = `kurtosis ${sampled.kurtosis.value.toFixed(2)}${theory ? ` (one unit ${theory.kurtosis.value.toFixed(2)}` : " ("}${theory ? ", " : ""}prior ${prior.kurtosis.value.toFixed(2)}; Gaussian 3)`;
	return densityPanel(document, { heading: "Class signal of a unit", note }, SIGNAL, [
		{ prior: prior.histogram, ...(theory && { theory: theory.histogram }), sampled: sampled.histogram },
	]);
}

const SIGNAL = "class signal over its root mean square, m / ⟨m²⟩½";

/** The same, every chain by itself: a mixture of stuck chains would look multimodal. */
export function signalByChainPanel(document: FigureDocument, { pairs }: CodingResults): Panel {
	const { theory, sampled, chains } = pairs[0]!.classSignal;
	const lines = chains.map(pointsOf);
	const posterior = theory && pointsOf(theory.histogram);
	return drawPanel(
		document,
		{ heading: "Class signal, chain by chain", note: "in units of all chains together" },
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: rangeAxis(SIGNAL, rangeOf(sampled.histogram)),
			y: rangeAxis("density over units", {
				low: 0,
				high: 1.08 * highest([...lines.flat(), ...(posterior ?? [])]),
			}),
			marks: [
				...lines.map((line) => Plot.lineY(line, { x: "x", y: "y", ...CHAIN })),
				...(posterior
					? [Plot.lineY(posterior, { x: "x", y: "y", ...POSTERIOR, strokeLinecap: "butt" })]
					: []),
			],
		},
	);
}

/** At the points of the first class, filled, and of the second, open. */
export function preactivationPanel(document: FigureDocument, { preactivations }: CodingResults): Panel {
	return densityPanel(
		document,
		{
			heading: "Pre-activations",
			note: preactivations.length > 2 ? "the first two classes" : "filled and open: the two classes",
		},
		"pre-activation over its prior standard deviation, h / σ",
		preactivations.slice(0, 2),
	);
}

/** phi at all training points. */
export function activationPanel(
	document: FigureDocument,
	{ activations, activationUnit }: CodingResults,
): Panel {
	return densityPanel(
		document,
		{ heading: "Activations", note: "at all training points" },
		activationUnit === 1 ? "activation, φ" : "activation over its prior root mean square, φ / ⟨φ²⟩½",
		[activations],
	);
}

/** @param laws the first with filled points, the second with open ones */
function densityPanel(
	document: FigureDocument,
	text: { readonly heading: string; readonly note: string },
	label: string,
	laws: readonly Histograms[],
): Panel {
	const sampled = laws.map((law) => pointsOf(law.sampled));
	const lines = (read: (law: Histograms) => Histogram | undefined, style: object) =>
		laws.flatMap((law) => {
			const histogram = read(law);
			if (histogram === undefined) return [];
			return [Plot.lineY(pointsOf(histogram), { x: "x", y: "y", ...style, strokeLinecap: "butt" })];
		});
	const all = laws.flatMap(({ prior, theory, sampled }) =>
		[prior, sampled, ...(theory ? [theory] : [])].flatMap(pointsOf),
	);
	return drawPanel(document, text, {
		width: WIDTH / 2,
		height: HEIGHT,
		x: rangeAxis(label, rangeOf(laws[0]!.sampled)),
		y: rangeAxis("density over units", { low: 0, high: 1.08 * highest(all) }),
		marks: [
			...lines(({ prior }) => prior, PRIOR),
			...lines(({ theory }) => theory, POSTERIOR),
			...sampled.flatMap((points, k) =>
				sampledMarks(points.map((point) => ({ ...point, fill: k === 0 ? INK : "white" }))),
			),
		],
	});
}

function pointsOf({
	edges,
	density,
	densityStandardError,
}: Histogram): { x: number; y: number; error: number }[] {
	return density.map((y, k) => ({
		x: (edges[k]! + edges[k + 1]!) / 2,
		y,
		error: densityStandardError?.[k] ?? 0,
	}));
}

function rangeOf({ edges }: Histogram) {
	return { low: edges[0]!, high: edges.at(-1)! };
}

function highest(points: readonly { readonly y: number }[]): number {
	return points.reduce((most, { y }) => Math.max(most, y), 0);
}
