/** How far a sampled answer can be trusted here. */
import type { ValidityNote } from "../answer/answer.ts";
import type { ChainResult } from "./chain-result.ts";
import type { ConvergenceReport } from "./convergence-report.ts";
import type { SamplingSettings } from "./sampler.ts";

/** Fewer effective draws than this for each chain make the diagnostics themselves unreliable (Vehtari et al. 2021, section 4). */
const ESS_PER_CHAIN = 100;

/** The chains' own notes, what was monitored, and what was cut, rounded or too short. @param draws of every chain that are used */
export function validityNotes(
	settings: SamplingSettings,
	chains: readonly ChainResult[],
	draws: number,
	report: ConvergenceReport,
): ValidityNote[] {
	const notes = [...chains[0]!.notes];
	const note = (name: string, value: number | string, message: string) =>
		notes.push({ name, value, message });
	note(
		"monitored observables",
		report.observables,
		"Conditional means and variances of f at all training and test points, the log density, and the output kernel's mean diagonal and label projection; weights are not monitored, for hidden units can be permuted.",
	);
	if (report.constant.length > 0) {
		const example = report.constant[0]!;
		note(
			"constant observables",
			report.constant.length,
			`No R-hat for these, ${example} among them: they never change.`,
		);
	}
	const wanted = ESS_PER_CHAIN * chains.length;
	for (const [name, worst] of [
		["smallest bulk ESS", report.minBulkEss],
		["smallest tail ESS", report.minTailEss],
	] as const) {
		if (worst === undefined || worst.value >= wanted) continue;
		note(
			name,
			worst.value,
			`The ${name} is ${Math.floor(worst.value)} (${worst.label}), below ${wanted}: standard errors and R-hat are themselves uncertain. Raise draws.`,
		);
	}
	const lengths = chains.map((chain) => chain.completedDraws);
	if (lengths.some((length) => length < settings.draws)) {
		note(
			"draws",
			draws,
			`Stopped early: the chains have ${lengths.join(", ")} of ${settings.draws} draws. Means, variances and diagnostics use the first ${draws} of each, kernels all.`,
		);
	}
	const shortened = chains.reduce((sum, chain) => sum + chain.shortenedSteps, 0);
	if (shortened > 0) {
		note(
			"shortened trajectories",
			shortened,
			`The step size is so small that the limit on steps cut ${shortened} kept trajectories short: draws are valid, but more correlated.`,
		);
	}
	const rounded = chains.reduce((sum, chain) => sum + chain.roundedVariances.count, 0);
	if (rounded > 0) {
		const lowest = Math.min(...chains.map((chain) => chain.roundedVariances.lowest));
		note(
			"negative conditional variances",
			rounded,
			`Rounding made them negative, down to ${lowest}; they were set to 0.`,
		);
	}
	return notes;
}
