/** The table of `finitude compare`, as text and as CSV. */
import type { ComparisonRow, Distance, TheoryOutcome } from "@finitude/core";
import type { ComparisonRun, SampledComparison } from "../comparison/run-comparison.ts";
import { formatNumber, formatToError, renderCsv, renderTable, type TableColumn } from "../render/table.ts";

const right = (title: string): TableColumn => ({ title, align: "right" });

/** Columns that need no samples have no `sampled`. */
const COLUMNS: readonly (TableColumn & { readonly sampled?: true })[] = [
	{ title: "theory" },
	right("test error"),
	right("bias^2 + variance"),
	{ ...right("mean: distance (z)"), sampled: true },
	{ ...right("variance: distance (z)"), sampled: true },
	{ ...right("kernel: distance (z)"), sampled: true },
	right("log evidence"),
	right("seconds"),
];

const ABSENT = "-";
const optional = (value: number | undefined, digits = 3) =>
	value === undefined ? ABSENT : formatNumber(value, digits);

/** "0.0367 +- 0.0004": the value to the second digit of its standard error. */
function withError(value: number | undefined, standardError: number | undefined, digits = 3): string {
	if (value === undefined || standardError === undefined) return optional(value, digits);
	return `${formatToError(value, standardError)} +- ${formatNumber(standardError, 2)}`;
}

/** "0.0153 +- 0.0024 (6.7)". */
function distanceCell(distance: Distance | undefined): string {
	if (distance === undefined) return ABSENT;
	const { relative, standardError, inStandardErrors } = distance;
	const z = inStandardErrors === undefined ? "" : ` (${formatNumber(inStandardErrors, 2)})`;
	return `${withError(relative, standardError)}${z}`;
}

function theoryCells(row: ComparisonRow, seconds: number): string[] {
	return [
		row.converged ? row.id : `${row.id} (not converged)`,
		optional(row.testError),
		optional(row.generalizationError),
		distanceCell(row.mean),
		distanceCell(row.variance),
		distanceCell(row.kernel),
		optional(row.logEvidence, 6),
		formatNumber(seconds, 2),
	];
}

/**
 * The comparison for a terminal; the last row is the sampled network with the Monte-Carlo noise of each distance. Without
 * samples there are no distances to show.
 */
export function comparisonTable({ rows, outcomes, sampling }: ComparisonRun): string {
	const cells = rows.map((row) => theoryCells(row, secondsOf(outcomes, row.id)));
	if (sampling === undefined) {
		const shown = <T>(all: readonly T[]) => all.filter((_, j) => COLUMNS[j]!.sampled === undefined);
		return renderTable(shown(COLUMNS), cells.map(shown));
	}
	return renderTable(COLUMNS, [...cells, sampledCells(sampling)]);
}

function sampledCells({ comparison: { sampled, noiseFloor }, answer }: SampledComparison): string[] {
	const floor = (value: number | undefined) =>
		value === undefined ? ABSENT : `noise ${formatNumber(value, 2)}`;
	return [
		`sampled network (${sampled.id})`,
		withError(sampled.testError, sampled.testErrorStandardError),
		withError(sampled.generalizationError, sampled.generalizationErrorStandardError),
		floor(noiseFloor.mean),
		floor(noiseFloor.variance),
		floor(noiseFloor.kernel),
		withError(sampled.logEvidence, sampled.logEvidenceStandardError, 6),
		formatNumber(answer.seconds, 3),
	];
}

function secondsOf(outcomes: readonly TheoryOutcome[], id: string): number {
	const outcome = outcomes.find((candidate) => candidate.theory === id);
	return outcome !== undefined && "answer" in outcome ? outcome.answer.seconds : 0;
}

/** One line for each theory without an answer. */
export function refusalLines(outcomes: readonly TheoryOutcome[]): string[] {
	return outcomes.flatMap((outcome) => ("reason" in outcome ? [`${outcome.theory}: ${outcome.reason}`] : []));
}

const CSV_HEADER = [
	"theory",
	"status",
	"testError",
	"testErrorStandardError",
	"generalizationError",
	"generalizationErrorStandardError",
	"meanRelativeDistance",
	"meanRelativeDistanceStandardError",
	"meanDistanceInStandardErrors",
	"varianceRelativeDistance",
	"varianceRelativeDistanceStandardError",
	"varianceDistanceInStandardErrors",
	"kernelRelativeDistance",
	"kernelDistanceInStandardErrors",
	"logEvidence",
	"logEvidenceStandardError",
	"seconds",
	"reason",
];

/** The same facts with all digits; empty cells where a quantity is absent. */
export function comparisonCsv({ rows, outcomes, sampling }: ComparisonRun): string {
	const cells = (row: ComparisonRow | undefined, status: string, seconds: number | string, reason = "") => [
		status,
		row?.testError ?? "",
		row?.testErrorStandardError ?? "",
		row?.generalizationError ?? "",
		row?.generalizationErrorStandardError ?? "",
		row?.mean?.relative ?? "",
		row?.mean?.standardError ?? "",
		row?.mean?.inStandardErrors ?? "",
		row?.variance?.relative ?? "",
		row?.variance?.standardError ?? "",
		row?.variance?.inStandardErrors ?? "",
		row?.kernel?.relative ?? "",
		row?.kernel?.inStandardErrors ?? "",
		row?.logEvidence ?? "",
		row?.logEvidenceStandardError ?? "",
		seconds,
		reason,
	];
	const lines: (string | number)[][] = outcomes.map((outcome) => {
		if ("reason" in outcome) return [outcome.theory, ...cells(undefined, "refused", "", outcome.reason)];
		const status = outcome.answer.convergence.converged ? "answered" : "not converged";
		const row = rows.find((candidate) => candidate.id === outcome.theory);
		return [outcome.theory, ...cells(row, status, outcome.answer.seconds)];
	});
	if (sampling !== undefined) {
		const { sampled } = sampling.comparison;
		const status = sampled.converged ? "sampled" : "not converged";
		lines.push([sampled.id, ...cells(sampled, status, sampling.answer.seconds)]);
	}
	return renderCsv([CSV_HEADER, ...lines]);
}
