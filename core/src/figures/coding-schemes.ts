import * as Plot from "@observablehq/plot";
import type { AnalysisAnswer } from "../analyses/analysis.ts";
import type { CodingOptions } from "../analyses/coding-schemes/options.ts";
import type { CodingResults } from "../analyses/coding-schemes/results.ts";
import { chainPanel, groupPanel } from "./coding-schemes/chain-panels.ts";
import {
	activationPanel,
	CHAIN,
	POSTERIOR,
	PRIOR,
	preactivationPanel,
	signalByChainPanel,
	signalPanel,
	WIDTH,
} from "./coding-schemes/law-panels.ts";
import { composeFigure, type LegendEntry } from "./compose.ts";
import { legendKey, lineKey } from "./legend-key.ts";
import { INK } from "./marks.ts";
import { sampledKey } from "./sampled-marks.ts";
import type { FigureDocument } from "./svg-node.ts";

/**
 * Laws of class signal, pre-activations and activations over units, prior dotted, one-unit posterior dashed, sampled networks as points;
 * the class signal and its kurtosis chain by chain; groups of units with one code.
 *
 * @param document a browser's document, or one made by a DOM library; only `createElementNS` is used
 */
export function codingFigure(
	title: string,
	{ options, results, absent, convergence }: AnalysisAnswer<CodingOptions, CodingResults>,
	document: FigureDocument,
): string {
	return composeFigure({
		width: WIDTH,
		title,
		subtitle: subtitle(results, absent.oneUnitPosterior, convergence.converged),
		legend: legend(document, options, results),
		rows: [
			[signalPanel(document, results), signalByChainPanel(document, results)],
			[preactivationPanel(document, results), activationPanel(document, results)],
			[chainPanel(document, results), groupPanel(document, results)],
		],
	});
}

/** "P = 6, d = 8; dense erf, N = 100; ...; observables of sampled networks, no published figure". */
function subtitle(
	{ trainPoints, inputs, layers, width, scaling, noiseVariance, classes, pairs }: CodingResults,
	absent: string | undefined,
	converged: boolean,
): string {
	const [first] = pairs;
	return [
		`P = ${trainPoints}, d = ${inputs}`,
		`${layers.join(", ")}, N = ${width}`,
		`${scaling} scaling`,
		`κ = ${Number(noiseVariance.toPrecision(4))}`,
		classes.length === 2
			? `classes ${first!.classes.join(" and ")}`
			: `${classes.length} classes; class signal of ${first!.classes.join(" against ")}`,
		...(absent === undefined ? [] : [absent]),
		...(converged ? [] : ["chains not converged"]),
		"observables of the lab's own sampled networks",
	].join("; ");
}

function legend(
	document: FigureDocument,
	{ sampling }: CodingOptions,
	{ pairs, preactivations, oneUnitPosterior }: CodingResults,
): LegendEntry[] {
	const chains = pairs[0]!.classSignal.chains.length;
	const [first, second] = preactivations;
	return [
		{
			key: sampledKey(document, INK),
			label: `units of sampled networks (${sampling.sampler}), ±1 standard error from ${chains} chains`,
		},
		{ key: lineKey(document, PRIOR), label: "prior of a unit" },
		...(oneUnitPosterior === "none"
			? []
			: [
					{
						key: lineKey(document, POSTERIOR),
						label:
							oneUnitPosterior === "tree"
								? "one-unit posterior, multi-scale (tree)"
								: "one-unit posterior at the sampled dual field",
					},
				]),
		{ key: lineKey(document, CHAIN), label: "one chain" },
		{
			key: legendKey(document, [
				Plot.dot([0.25], { x: (x) => x, y: 0, r: 3.6, fill: INK, stroke: INK }),
				Plot.dot([0.75], { x: (x) => x, y: 0, r: 3.6, fill: "white", stroke: INK, strokeWidth: 1.2 }),
			]),
			label: `at points of class ${first!.class}, of class ${second!.class}`,
		},
	];
}
