/** What `finitude analyze` prints. */
import type { Analysis, ReportedAnalysis } from "@finitude/core";
import { outputColors } from "./color.ts";
import { convergenceLines, trustLines } from "./prediction.ts";
import { formatNumber, renderTable } from "./table.ts";

/** The results as a table, then why something is missing, validity, convergence and where the files are. */
export function renderAnalysis(analysis: Analysis, answer: ReportedAnalysis, folder?: string): string {
	const { columns, rows } = analysis.table(answer);
	const shown = columns.map((_, j) => rows.some((row) => row[j] !== ""));
	const kept = <T>(cells: readonly T[]) => cells.filter((_, j) => shown[j]);
	const isNumber = columns.map((_, j) => rows.every((row) => typeof row[j] === "number" || row[j] === ""));
	const table = renderTable(
		kept(
			columns.map((title, j) => ({ title: words(title), ...(isNumber[j] && { align: "right" as const }) })),
		),
		rows.map((row) => kept(row.map(formatCell))),
	);
	return [
		outputColors.bold(analysis.title),
		"",
		table,
		"",
		...trustLines(answer),
		...convergenceLines(answer.convergence),
		...(folder === undefined ? [] : ["", `results: ${folder}`]),
	].join("\n");
}

/** Counts in full, other numbers to four digits. */
function formatCell(cell: number | string): string {
	if (typeof cell === "string") return cell;
	return Number.isInteger(cell) && Math.abs(cell) < 1e9 ? `${cell}` : formatNumber(cell, 4);
}

/** "sampledAlphaStandardError" -> "sampled alpha standard error". */
function words(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
