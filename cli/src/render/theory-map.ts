/** What `finitude compare --map` prints. */
import {
	type CellResult,
	lettersOf,
	QUANTITY_NAMES,
	shownDistance,
	type TheoryMapResults,
} from "@finitude/core";
import { outputColors } from "./color.ts";
import { formatNumber, renderTable } from "./table.ts";

const CELLS: Readonly<Record<string, string>> = {
	"not converged": "x",
	"not sampled": "-",
	"no theory": "none",
	interrupted: "?",
};

/** The map in letters, what they stand for, why theories are missing, and where the files are. */
export function renderTheoryMap(name: string, results: TheoryMapResults, folder: string): string {
	const { quantity, widths, scalings, cells, families, complete } = results;
	const lines = [
		outputColors.bold(name),
		"",
		`closest to the sampled network: ${QUANTITY_NAMES[quantity]}`,
		"",
	];
	const rows = [...scalings]
		.reverse()
		.map((exponent) => [
			nameOf(exponent),
			...widths.map((width) =>
				cellText(cells.find((cell) => cell.width === width && cell.exponent === exponent)!),
			),
		]);
	const columns = [
		{ title: "chi" },
		...widths.map((width) => ({ title: `N = ${width}`, align: "right" as const })),
	];
	lines.push(renderTable(columns, rows), "");
	for (const { letter, label, won, tied } of families) lines.push(`${letter}  ${label} (${won} + ${tied})`);
	lines.push("", EXPLANATION);
	lines.push(...section("no answer:", missing(results)), ...section("the network:", faults(results)));
	if (!complete) lines.push("", "Interrupted: this is what was finished. Run the command again to go on.");
	lines.push("", `results: ${folder}`);
	return lines.join("\n");
}

const EXPLANATION =
	"A letter alone: closer than all others by 3 standard errors or more, with its distance relative to the sampled network's norm, sampling noise taken off (<: a bound, two standard errors up). " +
	"Letters with slashes: the errors of samples and theories do not tell between them, closest first. x: chains not converged. In brackets: cells won + undecided.";

/** "N^0.5", the named ends by their names. */
function nameOf(exponent: number): string {
	if (exponent === 0) return "1 (standard)";
	return exponent === 1 ? "N (mean-field)" : `N^${exponent}`;
}

function cellText({ outcome, closest }: CellResult): string {
	const letters = lettersOf(outcome);
	if (letters.length === 0) return CELLS[outcome.kind]!;
	if (letters.length > 1) return letters.join("/");
	if (closest?.distance === undefined) return letters[0]!;
	const { value, isBound } = shownDistance(closest.distance);
	return `${letters[0]} ${isBound ? "<" : ""}${formatNumber(100 * value, 2)}%`;
}

function section(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

/** "nngp: the reason (at N = 4, N^0.5; ...)": one line for each theory and reason. */
function missing({ cells }: TheoryMapResults): string[] {
	return grouped(
		cells,
		({ measurement }) =>
			measurement?.theories.flatMap((one) => ("reason" in one ? [`${one.label}: ${one.reason}`] : [])) ?? [],
	);
}

/** Where it was not sampled, or not to convergence. */
function faults({ cells }: TheoryMapResults): string[] {
	return grouped(cells, ({ measurement }) => {
		const sampled = measurement?.sampled;
		if (sampled === undefined) return [];
		if ("reason" in sampled) return [`not sampled: ${sampled.reason}`];
		return sampled.converged
			? []
			: [`not sampled to convergence: ${sampled.advice ?? "raise draws and warmup"}`];
	});
}

/** More places than this are counted. */
const MOST_PLACES = 6;

function grouped(cells: readonly CellResult[], textsOf: (cell: CellResult) => readonly string[]): string[] {
	const places = new Map<string, string[]>();
	for (const cell of cells) {
		for (const text of textsOf(cell)) {
			places.set(text, [...(places.get(text) ?? []), `N = ${cell.width}, chi = ${nameOf(cell.exponent)}`]);
		}
	}
	return [...places].map(([text, at]) => {
		if (at.length === cells.length) return text;
		return `${text} (at ${at.length > MOST_PLACES ? `${at.length} of ${cells.length} cells` : at.join("; ")})`;
	});
}
