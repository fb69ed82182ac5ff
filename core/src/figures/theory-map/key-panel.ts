import * as Plot from "@observablehq/plot";
import type { CellResult, TheoryMapResults } from "../../experiments/theory-map/index.ts";
import { INK, MUTED, textWidth } from "../marks.ts";
import { drawMarks, type Panel } from "../panel.ts";
import type { FigureDocument } from "../svg-node.ts";
import { STRIPES, signOf } from "./cells.ts";
import { hatching } from "./hatching.ts";
import { familyStyle } from "./palette.ts";

const SWATCH = { width: 26, height: 18 };
const LINE = 24;
const HEADER = 16;
const TEXT_LINE = 14;
const LEFT = 14;
const TOP = 0;

/** A line of the key: its swatch and its text, at most as wide as there is room. */
interface KeyLine {
	readonly swatch: (y: number) => Plot.Markish[];
	readonly text: readonly string[];
	/** At the right end. */
	readonly count?: string;
	readonly muted?: boolean;
}

/** What letters, colors and stripes stand for, and how many cells each family has. */
export function keyPanel(
	document: FigureDocument,
	results: TheoryMapResults,
	width: number,
	least: number,
): Panel {
	const room = width - LEFT - SWATCH.width - 10 - 60;
	const lines = [...familyLines(results, room), ...outcomeLines(results, room)];
	const heights = [HEADER, ...lines.map(({ text }) => Math.max(LINE, 10 + TEXT_LINE * text.length))];
	const total = TOP + heights.reduce((sum, one) => sum + one, 0) + 8;
	const height = Math.max(least, total);
	let y = TOP;
	const header = { text: [], count: "cells won + undecided", swatch: () => [] };
	const marks = [header, ...lines].flatMap((line, i) => {
		const middle = y + (i === 0 ? HEADER : LINE) / 2;
		y += heights[i]!;
		return lineMarks(line, middle, width);
	});
	const content = drawMarks(document, {
		width,
		height,
		margin: 0,
		axis: null,
		x: { domain: [0, width] },
		y: { domain: [height, 0] },
		marks,
	});
	return { heading: "", note: "", width, height, content };
}

function lineMarks({ swatch, text, count, muted }: KeyLine, y: number, width: number): Plot.Markish[] {
	const fill = muted ? MUTED : INK;
	return [
		...swatch(y),
		...text.map((line, k) =>
			Plot.text([line], {
				x: () => LEFT + SWATCH.width + 10,
				y: () => y + k * TEXT_LINE,
				text: (one: string) => one,
				textAnchor: "start",
				fill,
			}),
		),
		...(count === undefined
			? []
			: [
					Plot.text([count], {
						x: () => width - 14,
						y: () => y,
						text: (one: string) => one,
						textAnchor: "end",
						fill: MUTED,
					}),
				]),
	];
}

function familyLines({ families, theories }: TheoryMapResults, room: number): KeyLine[] {
	const lines = families.map(({ letter, theories: members, won, tied }, i): KeyLine => {
		const { color, ink } = familyStyle(i);
		return {
			swatch: (y) => [
				box(y, color),
				Plot.text([letter], {
					x: () => LEFT + SWATCH.width / 2,
					y: () => y,
					text: (one: string) => one,
					fill: ink,
					fontSize: 12,
					fontWeight: "bold",
				}),
			],
			text: wrapped(members.join(" = ").split(/(?<= = )/), room),
			count: `${won} + ${tied}`,
		};
	});
	const silent = theories.filter((label) => !families.some((one) => one.theories.includes(label)));
	if (silent.length === 0) return lines;
	const text = wrapped(`no answer in any cell: ${silent.join(", ")}`.split(/(?<= )/), room + 60);
	return [...lines, { swatch: () => [], text, muted: true }];
}

function outcomeLines({ cells, families }: TheoryMapResults, room: number): KeyLine[] {
	const has = (kind: CellResult["outcome"]["kind"]) =>
		cells.filter(({ outcome }) => outcome.kind === kind).length;
	const undecided = has("undecided");
	const colors = families.slice(0, 2).map((_, i) => familyStyle(i).color);
	const lines: KeyLine[] = [];
	if (undecided > 0) {
		lines.push({
			swatch: (y) => [
				hatching(
					{
						x1: LEFT,
						x2: LEFT + SWATCH.width,
						// The axis points down.
						y1: y + SWATCH.height / 2,
						y2: y - SWATCH.height / 2,
						...SWATCH,
					},
					colors,
					STRIPES,
				),
				box(y, "none", "#b8b4a8"),
			],
			text: wrapped("undecided: the errors do not separate these theories".split(/(?<= )/), room),
			count: String(undecided),
		});
	}
	for (const [kind, words] of NO_VERDICT) {
		const count = has(kind);
		if (count === 0) continue;
		lines.push({
			swatch: (y) => [
				box(y, "#f1f1f1", "#b5b5b5", "3 3"),
				Plot.text([signOf(kind)], {
					x: () => LEFT + SWATCH.width / 2,
					y: () => y,
					text: (one: string) => one,
					fill: MUTED,
				}),
			],
			text: wrapped(words.split(/(?<= )/), room),
			count: String(count),
		});
	}
	return lines;
}

const NO_VERDICT = [
	["not converged", "not sampled to convergence (hollow in the panels below)"],
	["not sampled", "the network could not be sampled"],
	["no theory", "no theory answers"],
	["interrupted", "not measured: the run was interrupted"],
] as const;

function box(y: number, fill: string, stroke = "none", dash = "none"): Plot.Markish {
	return Plot.rect([0], {
		x1: LEFT,
		x2: LEFT + SWATCH.width,
		y1: y - SWATCH.height / 2,
		y2: y + SWATCH.height / 2,
		rx: 3,
		fill,
		stroke,
		strokeDasharray: dash,
	});
}

/** Pieces in lines of at most `room` pixels. */
function wrapped(pieces: readonly string[], room: number): string[] {
	const lines: string[] = [];
	for (const piece of pieces) {
		const last = lines[lines.length - 1];
		if (last !== undefined && textWidth(last + piece.trimEnd()) <= room)
			lines[lines.length - 1] = last + piece;
		else lines.push(piece);
	}
	return lines.map((line) => line.trimEnd());
}
