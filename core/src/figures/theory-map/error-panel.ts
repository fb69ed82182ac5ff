import * as Plot from "@observablehq/plot";
import {
	type CellResult,
	comparedTheories,
	type TheoryFamily,
	type TheoryMapResults,
} from "../../experiments/theory-map/index.ts";
import { logAxis, paddedLog } from "../log-axis.ts";
import { INK } from "../marks.ts";
import { noiseFloorMarks } from "../noise-floor.ts";
import { drawPanel, type Panel } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import { lineStyle } from "../theory-line.ts";
import { inside, outsideNote, type ValueRange } from "../value-range.ts";
import { familyStyle } from "./palette.ts";

interface ErrorPoint {
	readonly x: number;
	/** NaN breaks the line. */
	readonly y: number;
	readonly converged: boolean;
}

/** Theories that are wrong by more than this factor need no finer reading, and must not flatten the others. */
const LARGEST = 3;

/** The distance of every family from the sampled network against the width, at one scaling; undefined where there is none. */
export function errorPanel(
	document: FigureDocument,
	results: TheoryMapResults,
	exponent: number,
	size: { readonly width: number; readonly height: number },
): Panel | undefined {
	const row = results.cells.filter((cell) => cell.exponent === exponent);
	const lines = results.families.map((family) => row.map((cell) => pointOf(cell, family)));
	const range = rangeOf(results);
	if (range === undefined || !lines.flat().some(({ y }) => y > 0)) return undefined;
	const floors = row.flatMap(({ width, measurement }) => {
		const sampled = measurement?.sampled;
		const y = sampled && "noiseFloor" in sampled ? sampled.noiseFloor : undefined;
		return y === undefined ? [] : [{ x: width, y: Math.max(range.low, y) }];
	});
	const xRange = paddedLog(results.widths, 0.07);
	const x = logAxis("x", "width, N", xRange, results.widths);
	const y = logAxis("y", "distance, |theory − sampled| / |sampled|", range);
	return drawPanel(
		document,
		{
			heading: `γ = ${exponent}${exponent === 0 ? ", standard scaling" : exponent === 1 ? ", mean-field scaling" : ""}`,
			note: outsideNote(
				range,
				lines.map((line, i) => ({
					label: results.families[i]!.letter,
					values: line.map((point) => point.y).filter((value) => value > 0),
				})),
			),
		},
		{
			...size,
			x: x.scale,
			y: y.scale,
			marks: [
				...noiseFloorMarks(floors, range.low),
				...x.marks,
				...y.marks,
				// The first ones, which the map is about, on top.
				...lines
					.map((line, i) => lineMarks(line, i, range))
					.reverse()
					.flat(),
				letterMarks(lines, results.families, range, size.height),
			],
		},
	);
}

/** Of the first theory of the family that is compared: all others agree with it. */
function pointOf({ width, measurement }: CellResult, family: TheoryFamily): ErrorPoint {
	const compared = measurement === undefined ? [] : comparedTheories(measurement);
	const measured = compared.find(({ label }) => family.theories.includes(label))?.measured;
	const sampled = measurement?.sampled;
	return {
		x: width,
		// A log axis has no 0.
		y: measured !== undefined && measured > 0 ? measured : Number.NaN,
		converged: sampled !== undefined && "converged" in sampled && sampled.converged,
	};
}

/** One range for all panels of a map. */
function rangeOf({ cells, families }: TheoryMapResults): ValueRange | undefined {
	const distances = cells
		.flatMap((cell) => families.map((family) => pointOf(cell, family).y))
		.filter((y) => y > 0 && y <= LARGEST);
	if (distances.length === 0) return undefined;
	return paddedLog(distances, 0.06);
}

function lineMarks(line: readonly ErrorPoint[], index: number, range: ValueRange): Plot.Markish[] {
	const { color, dash, symbol } = familyStyle(index);
	const shown = line.map((point) => ({ ...point, y: inside(range, point.y) }));
	return [
		Plot.lineY(shown, { x: "x", y: "y", ...lineStyle({ color, dash }, 1.9) }),
		Plot.dot(shown, {
			x: "x",
			y: "y",
			symbol,
			r: 3.6,
			stroke: color,
			strokeWidth: 1.4,
			fill: ({ converged }: ErrorPoint) => (converged ? color : "white"),
		}),
	];
}

/** Pixels between two letters, one above the other. */
const LETTER_HEIGHT = 11;

/** Every line's letter right of its last point, moved apart where they would overlap. */
function letterMarks(
	lines: readonly (readonly ErrorPoint[])[],
	families: readonly TheoryFamily[],
	range: ValueRange,
	height: number,
): Plot.Markish {
	const ends = lines
		.flatMap((line, i) => {
			const last = line.filter(({ y }) => Number.isFinite(inside(range, y))).at(-1);
			return last === undefined
				? []
				: [{ ...last, letter: families[i]!.letter, color: familyStyle(i).color }];
		})
		.sort((a, b) => b.y - a.y);
	const pixel = Math.log(range.high / range.low) / (height - 46);
	const placed = new Map<number, number>();
	const texts = ends.map((end) => {
		const above = placed.get(end.x) ?? Number.POSITIVE_INFINITY;
		const y = Math.min(Math.log(end.y), above - LETTER_HEIGHT * pixel);
		placed.set(end.x, y);
		return { ...end, y: Math.max(range.low, Math.exp(y)) };
	});
	return Plot.text(texts, {
		x: "x",
		y: "y",
		text: "letter",
		dx: 9,
		fontWeight: "bold",
		fontSize: 10.5,
		fill: INK,
		stroke: "white",
		strokeWidth: 3,
	});
}
