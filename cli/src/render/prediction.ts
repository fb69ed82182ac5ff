/** One answer, theory or sampled, for a terminal. */
import type { Answer, OrderParameter, Problem, SampledAnswer } from "@finitude/core";
import type { Matrix } from "@finitude/engine";
import { formatNumber, renderTable, type TableColumn } from "./table.ts";

const SHOWN_POINTS = 12;

/** Predictions of the first points where there are any, order parameters, evidence, validity and convergence. */
export function renderPrediction(answer: Answer | SampledAnswer, problem: Problem): string {
	const title = "theory" in answer ? answer.theory : `sampled network (${answer.sampler})`;
	const sections = [title, predictionTable(answer, problem), ...factLines(answer)];
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
	const names = Object.keys(answer.absent);
	for (const reason of new Set(Object.values(answer.absent))) {
		const missing = names.filter((name) => answer.absent[name] === reason);
		lines.push(`no ${missing.join(", ")}: ${reason}`);
	}
	for (const note of answer.validity) lines.push(`note: ${note.message}`);
	const { converged, iterations, residual, advice } = answer.convergence;
	if (!converged) {
		lines.push(
			`NOT CONVERGED after ${iterations} iterations, residual ${formatNumber(residual)}. ${advice ?? ""}`.trim(),
		);
	}
	return lines;
}

function logEvidence(value: number, answer: Answer | SampledAnswer): string {
	const error = "sampler" in answer ? answer.logEvidenceStandardError : undefined;
	return `${formatNumber(value, 8)}${error === undefined ? "" : ` +- ${formatNumber(error, 2)}`}`;
}

function parameter(value: OrderParameter): string {
	if (typeof value === "number") return formatNumber(value, 8);
	const numbers = "data" in value ? Array.from(value.data) : value;
	return `[${numbers.map((x) => formatNumber(x, 8)).join(", ")}]`;
}
