/** Numbers of single chains and of single networks. */
import * as Plot from "@observablehq/plot";
import type { CodingResults } from "../../analyses/coding-schemes/results.ts";
import { INK } from "../marks.ts";
import { axisLabel, drawPanel, type Panel, rangeAxis } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import { extent, padded } from "../value-range.ts";
import { HEIGHT, POSTERIOR, PRIOR, WIDTH } from "./law-panels.ts";

/** The kurtosis of the class signal of each chain. */
export function chainPanel(document: FigureDocument, { pairs }: CodingResults): Panel {
	const { chainKurtoses, prior, theory } = pairs[0]!.classSignal;
	const levels = [prior.kurtosis.value, ...(theory ? [theory.kurtosis.value] : [])];
	return drawPanel(
		document,
		{ heading: "Kurtosis of the class signal", note: "3: Gaussian; 1: two points; large: few units" },
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: chainAxis(chainKurtoses.length),
			y: rangeAxis("kurtosis over units, ⟨m⁴⟩ / ⟨m²⟩²", padded(extent([...chainKurtoses, ...levels]), 0.12)),
			marks: [
				Plot.ruleY([prior.kurtosis.value], PRIOR),
				...(theory ? [Plot.ruleY([theory.kurtosis.value], POSTERIOR)] : []),
				Plot.dot(
					chainKurtoses.map((y, k) => ({ x: k + 1, y })),
					{ x: "x", y: "y", r: 3.6, fill: INK, stroke: INK },
				),
			],
		},
	);
}

/** Gray from dark to light for the groups of one network, the largest first. */
const SHADES = ["#4d4d4d", "#8c8c8c", "#bfbfbf", "#d9d9d9", "#e6e6e6", "#f0f0f0", "#f5f5f5", "#fafafa"];

/** Sizes of the groups of units with one code: the first and the last network of each chain. */
export function groupPanel(document: FigureDocument, { codeGroups }: CodingResults): Panel {
	const { networks, groups } = codeGroups;
	const chains = networks.reduce((most, { chain }) => Math.max(most, chain), 1);
	const bars = networks.flatMap(({ chain, sizes }, index) => {
		const isFirst = networks.findIndex((one) => one.chain === chain) === index;
		const x = chain + (isFirst ? -0.2 : 0.2);
		let below = 0;
		return sizes.map((size, k) => {
			below += size;
			return { x1: x - 0.15, x2: x + 0.15, y1: below - size, y2: below, shade: SHADES[k]! };
		});
	});
	return drawPanel(
		document,
		{
			heading: "Groups of units with one code",
			note: `first and last network of each chain; ${groups.value.toFixed(1)} ± ${groups.standardError.toFixed(1)} groups`,
		},
		{
			width: WIDTH / 2,
			height: HEIGHT,
			x: chainAxis(chains),
			y: rangeAxis("fraction of the units", { low: 0, high: 1 }),
			marks: [
				Plot.rect(bars, {
					x1: "x1",
					x2: "x2",
					y1: "y1",
					y2: "y2",
					fill: "shade",
					stroke: INK,
					strokeWidth: 0.7,
				}),
			],
		},
	);
}

function chainAxis(chains: number): Plot.ScaleOptions {
	return {
		...axisLabel("chain"),
		domain: [0.4, chains + 0.6],
		ticks: Array.from({ length: chains }, (_, k) => k + 1),
		tickFormat: (k: number) => String(k),
	};
}
