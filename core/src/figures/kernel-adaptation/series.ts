import * as Plot from "@observablehq/plot";
import type { Measures } from "../../analyses/kernel-adaptation/measures.ts";
import type { AdaptationResults } from "../../analyses/kernel-adaptation/results.ts";
import { INK, type SeriesStyle, seriesStyle } from "../marks.ts";
import { type SampledPoint, sampledMarks } from "../sampled-marks.ts";
import { lineStyle, theoryLine, theorySymbols } from "../theory-line.ts";

/** A number read from an answer, where it has it. */
export type Read = (measures: Partial<Measures>) => number | undefined;

export interface Point {
	readonly x: number;
	readonly y: number;
}

/** One quantity along the sweep, from every source. */
export interface QuantitySeries {
	readonly theories: readonly { readonly style: SeriesStyle; readonly points: readonly Point[] }[];
	readonly infiniteWidth: readonly Point[];
	readonly sampled: readonly SampledPoint[];
}

export function quantitySeries(
	{ theories, infiniteWidth, sampled = [] }: AdaptationResults,
	read: Read,
): QuantitySeries {
	const points = (measured: readonly (Partial<Measures> & { readonly width: number })[]) =>
		measured.flatMap((one) => {
			const y = read(one);
			return y === undefined ? [] : [{ x: one.width, y }];
		});
	return {
		theories: theories.map((theory, i) => ({ style: theoryStyle(i), points: points(theory.points) })),
		infiniteWidth: points(infiniteWidth),
		sampled: sampled.flatMap((network) => {
			const y = read(network);
			const fill = network.converged ? INK : "white";
			return y === undefined ? [] : [{ x: network.width, y, error: read(network.standardErrors) ?? 0, fill }];
		}),
	};
}

/** Every number of the series, error bars included. */
export function valuesOf({ theories, infiniteWidth, sampled }: QuantitySeries): number[] {
	return [
		...[...theories.flatMap(({ points }) => points), ...infiniteWidth].map(({ y }) => y),
		...sampled.flatMap(({ y, error }) => [y - error, y + error]),
	];
}

/** Lines with symbols for theories, a dashed line for the limit, points with error bars for samples. */
export function seriesMarks({ theories, infiniteWidth, sampled }: QuantitySeries): Plot.Markish[] {
	return [
		Plot.lineY(infiniteWidth, { x: "x", y: "y", ...LIMIT }),
		...theories.flatMap(({ style, points }) => [theoryLine(points, style), theorySymbols(points, style)]),
		...sampledMarks(sampled),
	];
}

/** Of the theory at `index`: the first style is that of the limit. */
export function theoryStyle(index: number): SeriesStyle {
	return seriesStyle(index + 1);
}

/** How the infinite-width limit is drawn. */
export const LIMIT = lineStyle(seriesStyle(0));

/** How a value without adaptation is drawn. */
export const PRIOR = {
	stroke: INK,
	strokeWidth: 1.2,
	strokeDasharray: "2 3",
	strokeLinecap: "butt",
} as const;
