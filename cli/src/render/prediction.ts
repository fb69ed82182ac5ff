/** One answer, theory or sampled, for a terminal. */
import type { Answer, Convergence, OrderParameter, Problem, SampledAnswer } from "@finitude/core";
import type { Matrix } from "@finitude/engine";
import { formatNumber, renderTable, type TableColumn } from "./table.ts";

const SHOWN_POINTS = 12;

/** Predictions of the first points where there are any, order parameters, evidence, validity and convergence. */
export function renderPrediction(answer: Answer | SampledAnswer, problem: Problem): string {
	const title = "theory" in answer ? answer.theory : `sampled network (${answer.sampler})`;
	const sections = [
		title,
		predictionTable(answer, problem),
		...factLines(answer),
		...trustLines(answer),
		// The lines of a sampler say it with R-hat and ESS.
		...("sampler" in answer ? [] : convergenceLines(answer.convergence)),
	];
	return sections.filter((section) => section !== "").join("\n");
}

function predictionTable(answer: Answer | SampledAnswer, problem: Problem): string {
	const test = answer.testMean !== undefined;
	const mean = test ? answer.testMean! : answer.trainMean;
	if (mean === undefined) return "";
	const variance = test ? answer.testVariance : answer.trainVariance;
	const targets = test ? problem.testTargets : problem.trainTargets;
	const errors = standardErrors(answer, test);
	const columns: TableColumn[] = [
		{ title: test ? "test point" : "training point", align: "right" },
		...(mean.columns > 1 ? [{ title: "output", align: "right" as const }] : []),
		...(targets === undefined ? [] : [{ title: "target", align: "right" as const }]),
		{ title: "mean", align: "right" },
		...(errors === undefined ? [] : [{ title: "MCSE", align: "right" as const }]),
		...(variance === undefined ? [] : [{ title: "standard deviation", align: "right" as const }]),
	];
	const rows: string[][] = [];
	for (let i = 0; i < Math.min(mean.rows, SHOWN_POINTS); i++) {
		for (let k = 0; k < mean.columns; k++) {
			const at = i * mean.columns + k;
			rows.push([
				String(i),
				...(mean.columns > 1 ? [String(k)] : []),
				...(targets === undefined ? [] : [formatNumber(targets.data[at]!)]),
				formatNumber(mean.data[at]!, 5),
				...(errors === undefined ? [] : [formatNumber(errors.data[at]!, 2)]),
				...(variance === undefined ? [] : [spread(variance.data[at]!)]),
			]);
		}
	}
	const more =
		mean.rows > SHOWN_POINTS ? `\n... and ${mean.rows - SHOWN_POINTS} more (--json prints all)` : "";
	return renderTable(columns, rows) + more;
}

/** A negative variance is shown as it is: its square root would hide it. */
function spread(variance: number): string {
	return variance < 0 ? `variance ${formatNumber(variance)}` : formatNumber(Math.sqrt(variance), 5);
}

function standardErrors(answer: Answer | SampledAnswer, test: boolean): Matrix | undefined {
	if (!("sampler" in answer)) return undefined;
	return test ? answer.testMeanStandardError : answer.trainMeanStandardError;
}

function factLines(answer: Answer | SampledAnswer): string[] {
	const lines: string[] = [];
	if (answer.logEvidence !== undefined)
		lines.push(`log evidence: ${logEvidence(answer.logEvidence, answer)}`);
	if ("orderParameters" in answer) {
		for (const [name, value] of Object.entries(answer.orderParameters))
			lines.push(`${name}: ${parameter(value)}`);
	}
	return lines;
}

/** Why something is missing, and how far to trust the rest. */
export function trustLines({ absent, validity }: Pick<Answer, "absent" | "validity">): string[] {
	const missing = [...new Set(Object.values(absent))].map((reason) => {
		const names = Object.keys(absent).filter((name) => absent[name] === reason);
		return `no ${names.join(", ")}: ${reason}`;
	});
	return [...missing, ...validity.map((note) => `note: ${note.message}`)];
}

/** Nothing where it converged. */
export function convergenceLines({ converged, iterations, residual, advice = "" }: Convergence): string[] {
	if (converged) return [];
	// Scans do not iterate.
	const effort =
		iterations === 0 ? "" : ` after ${iterations} iterations, residual ${formatNumber(residual)}`;
	return [`NOT CONVERGED${effort}. ${advice}`.trim()];
}

function logEvidence(value: number, answer: Answer | SampledAnswer): string {
	const error = "sampler" in answer ? answer.logEvidenceStandardError : undefined;
	return `${formatNumber(value, 8)}${error === undefined ? "" : ` +- ${formatNumber(error, 2)}`}`;
}

/** As many numbers as fit a few lines of a terminal. */
const SHOWN_NUMBERS = 12;

function parameter(value: OrderParameter): string {
	if (typeof value === "number") return formatNumber(value, 8);
	const numbers = "data" in value ? Array.from(value.data) : value;
	if ("data" in value && numbers.length > SHOWN_NUMBERS) {
		return `${value.rows} x ${value.columns} matrix (--json prints it)`;
	}
	const shown = numbers.slice(0, SHOWN_NUMBERS).map((x) => formatNumber(x, 8));
	const more = numbers.length - shown.length;
	return `[${shown.join(", ")}${more > 0 ? `, ... and ${more} more (--json prints all)` : ""}]`;
}
