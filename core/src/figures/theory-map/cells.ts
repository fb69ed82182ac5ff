/** The cells of the map, drawn in units of one cell: column i from i to i + 1, row j likewise from below. */
import * as Plot from "@observablehq/plot";
import {
	type CellResult,
	lettersOf,
	shownDistance,
	type TheoryMapResults,
} from "../../experiments/theory-map/index.ts";
import { INK, MUTED, textWidth } from "../marks.ts";
import { formatDistance } from "../ticks.ts";
import { hatching } from "./hatching.ts";
import { type FamilyStyle, familyStyle } from "./palette.ts";

/** Pixels. */
export interface CellSize {
	readonly width: number;
	readonly height: number;
}

/** Half the gap between two cells. */
const INSET = 1.5;
const CORNER = 4;
/** Under the stripes of undecided cells. */
const PAPER = "#fbfaf7";
const NO_VERDICT = "#f1f1f1";
export const STRIPES = { strokeWidth: 3.2, strokeOpacity: 0.5 } as const;
/** Errors are written below letters where a cell is as high. */
const TWO_LINES = 34;

/** The style of a family, by its letter. */
function styleOf({ families }: TheoryMapResults, letter: string): FamilyStyle {
	return familyStyle(families.findIndex((family) => family.letter === letter));
}

/** All marks of one cell. */
export function cellMarks(
	results: TheoryMapResults,
	cell: CellResult,
	[column, row]: readonly [number, number],
	size: CellSize,
): Plot.Markish[] {
	const [x, y] = [column + 0.5, row + 0.5];
	const frame = { x1: column, x2: column + 1, y1: row, y2: row + 1 };
	const box = (fill: string, stroke = "none", dash = "none") =>
		Plot.rect([frame], {
			...frame,
			inset: INSET,
			rx: CORNER,
			fill,
			stroke,
			strokeDasharray: dash,
		});
	const letters = lettersOf(cell.outcome);
	const error = size.height >= TWO_LINES ? errorText(cell) : "";
	const text = (value: string, options: Plot.TextOptions) =>
		Plot.text([value], { x: () => x, y: () => y, text: (one: string) => one, ...options });
	const twoLines = error !== "";
	const errorMark = (options: Plot.TextOptions) =>
		twoLines ? [text(error, { dy: 12, fontSize: errorSize(error, size), ...options })] : [];
	const [only] = letters;
	if (only === undefined) {
		const sign = SIGNS[cell.outcome.kind] ?? "";
		return [box(NO_VERDICT, "#b5b5b5", "3 3"), text(sign, { fontSize: 13, fill: MUTED })];
	}
	if (letters.length === 1) {
		const { color, ink } = styleOf(results, only);
		return [
			box(color),
			text(only, { fontSize: 18, fontWeight: "bold", fill: ink, dy: twoLines ? -5 : 0 }),
			...errorMark({ fill: ink }),
		];
	}
	const inside = insideOf(frame, size);
	const colors = letters.map((letter) => styleOf(results, letter).color);
	const joined = letters.join("·");
	const halo = { stroke: PAPER, strokeWidth: 4 };
	const fontSize = Math.max(7, Math.min(14, (14 * (size.width - 8)) / (1.1 * textWidth(joined, 14))));
	return [
		box(PAPER),
		hatching(inside, colors, STRIPES),
		box("none", "#b8b4a8"),
		text(joined, { fontSize, fontWeight: "bold", fill: INK, dy: twoLines ? -6 : 0, ...halo }),
		...errorMark({ fill: INK, ...halo }),
	];
}

const SIGNS: Readonly<Record<string, string>> = {
	"not converged": "×",
	"not sampled": "–",
	"no theory": "∅",
	interrupted: "?",
};

/** What stands for a cell without a verdict. */
export function signOf(kind: CellResult["outcome"]["kind"]): string {
	return SIGNS[kind] ?? "";
}

function insideOf(frame: { x1: number; x2: number; y1: number; y2: number }, { width, height }: CellSize) {
	const [u, v] = [INSET / width, INSET / height];
	return {
		x1: frame.x1 + u,
		x2: frame.x2 - u,
		y1: frame.y1 + v,
		y2: frame.y2 - v,
		width: width - 2 * INSET,
		height: height - 2 * INSET,
	};
}

function errorSize(error: string, { width }: CellSize): number {
	return Math.max(6.5, Math.min(10, (10 * (width - 8)) / textWidth(error, 10)));
}

/** "3.2 %", or "< 0.4 %". */
function errorText({ closest }: CellResult): string {
	if (closest?.distance === undefined) return "";
	const { value, isBound } = shownDistance(closest.distance);
	return `${isBound ? "< " : ""}${formatDistance(100 * value)} %`;
}
