/** What `finitude compare` prints. */
import type { ComparisonRun } from "../comparison/run-comparison.ts";
import { comparisonTable, refusalLines } from "../results/comparison-table.ts";
import { outputColors } from "./color.ts";
import { renderLearned } from "./learned.ts";
import { renderSamplerLines } from "./sampler.ts";
import { renderSeparation } from "./separation.ts";
import { formatNumber } from "./table.ts";

/** Table, refusals, sampler, verdict, assumptions and where the files are. */
export function renderComparison(run: ComparisonRun, name: string, folder: string): string {
	const lines = [outputColors.bold(name), ""];
	const { sampling } = run;
	lines.push(comparisonTable(run));
	if (sampling !== undefined) {
		const where = sampling.comparison.points === "test" ? "test points" : "training points";
		lines.push(
			"",
			`distance: |theory - sampled| / |sampled| over the ${where} (kernel: training points). +-: Monte-Carlo standard error, with that of the theory's own averages over nodes (integrationErrors). ` +
				"z: root mean square of (theory - sampled) in Monte-Carlo standard errors, about 1 where only sampling noise is left. " +
				"noise: the distance that sampling alone makes.",
		);
	}
	const refusals = refusalLines(run.outcomes);
	if (refusals.length > 0) lines.push("", "does not apply:", ...refusals.map((line) => `  ${line}`));
	lines.push(...advice(run));
	if (run.notSampled !== undefined) lines.push("", `the network was not sampled: ${run.notSampled}`);
	if (sampling !== undefined) {
		lines.push("", ...renderSamplerLines(sampling.answer), "", outputColors.bold(sampling.verdict.sentence));
		lines.push("", ...renderSeparation(sampling));
		for (const warning of sampling.warnings) lines.push("", outputColors.bold(warning));
	}
	lines.push("", ...renderLearned(run));
	if (run.interrupted) lines.push("", "Interrupted: this is what was finished.");
	lines.push("", `results: ${folder}`);
	return lines.join("\n");
}

function advice(run: ComparisonRun): string[] {
	return run.outcomes.flatMap((outcome) => {
		if (!("answer" in outcome) || outcome.answer.convergence.converged) return [];
		const { residual, advice: text = "" } = outcome.answer.convergence;
		return ["", `${outcome.theory} did not converge (residual ${formatNumber(residual)}). ${text}`.trim()];
	});
}
