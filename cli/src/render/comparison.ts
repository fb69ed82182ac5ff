/** What `finitude compare` prints. */
import pc from "picocolors";
import type { ComparisonRun } from "../comparison/run-comparison.ts";
import { comparisonTable, refusalLines } from "../results/comparison-table.ts";
import { renderSamplerLines } from "./sampler.ts";
import { formatNumber, renderTable } from "./table.ts";

/** Table, refusals, sampler, verdict and where the files are. */
export function renderComparison(run: ComparisonRun, name: string, folder: string): string {
	const lines = [pc.bold(name), ""];
	const { sampling } = run;
	if (sampling === undefined) lines.push(theoryTable(run));
	else {
		const where = sampling.comparison.points === "test" ? "test points" : "training points";
		lines.push(
			comparisonTable(sampling.comparison, run.outcomes, sampling.seconds),
			"",
			`distance: |theory - sampled| / |sampled| over the ${where} (kernel: training points); ` +
				"in MCSE: root mean square in Monte-Carlo standard errors, about 1 where only sampling noise is left.",
		);
	}
	const refusals = refusalLines(run.outcomes);
	if (refusals.length > 0) lines.push("", "does not apply:", ...refusals.map((line) => `  ${line}`));
	lines.push(...advice(run));
	if (sampling !== undefined) {
		lines.push("", ...renderSamplerLines(sampling.answer), "", pc.bold(sampling.verdict.sentence));
	}
	if (run.interrupted) lines.push("", "Interrupted: this is what was finished.");
	lines.push("", `results: ${folder}`);
	return lines.join("\n");
}

/** Without samples there is nothing to compare with: only what each theory says of itself. */
function theoryTable(run: ComparisonRun): string {
	return renderTable(
		[{ title: "theory" }, { title: "log evidence", align: "right" }, { title: "seconds", align: "right" }],
		run.outcomes.flatMap((outcome) =>
			"answer" in outcome
				? [
						[
							outcome.theory,
							outcome.answer.logEvidence === undefined ? "-" : formatNumber(outcome.answer.logEvidence, 6),
							formatNumber(outcome.answer.seconds, 2),
						],
					]
				: [],
		),
	);
}

function advice(run: ComparisonRun): string[] {
	return run.outcomes.flatMap((outcome) => {
		if (!("answer" in outcome) || outcome.answer.convergence.converged) return [];
		const { residual, advice: text = "" } = outcome.answer.convergence;
		return ["", `${outcome.theory} did not converge (residual ${formatNumber(residual)}). ${text}`.trim()];
	});
}
