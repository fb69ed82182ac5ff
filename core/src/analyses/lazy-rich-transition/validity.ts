/** How far the numbers of the transition can be trusted. */
import type { Convergence, ValidityNote } from "../../answer/answer.ts";
import type { TransitionOptions } from "./options.ts";
import type { SampledOverlap } from "./sampled-overlap.ts";
import { parametersAt, type Sweep } from "./sweep.ts";
import type { SolvedTransition } from "./transition.ts";

/** Of the scalar equations, and of the chains where networks were sampled. @param complete false after an interruption */
export function convergenceOf(
	solved: readonly SolvedTransition[],
	sampled: readonly SampledOverlap[],
	complete: boolean,
): Convergence {
	const stuck = sampled.filter(({ converged }) => !converged);
	const worst = Math.max(...stuck.map(({ maxRHat = Number.NaN }) => maxRHat));
	const advice = complete
		? `The chains of ${stuck.length} of ${sampled.length} sampled values have not converged` +
			`${Number.isNaN(worst) ? "" : ` (largest R-hat ${worst.toFixed(3)})`}; raise draws and warmup.`
		: "Interrupted: the values after the last sampled one are missing.";
	const converged = complete && stuck.length === 0;
	return {
		converged,
		iterations: Math.max(...solved.map(({ iterations }) => iterations)),
		residual: Math.max(...solved.map(({ residual }) => residual)),
		...(!converged && { advice }),
	};
}

/** What the scalar equations leave out, in numbers. */
export function validityNotes(
	given: TransitionOptions,
	solved: readonly SolvedTransition[],
	sweep: Sweep | undefined,
): ValidityNote[] {
	const parameters = (sweep?.values ?? [undefined]).map((value) => parametersAt(given, sweep, value));
	const pointsPerInput = Math.min(
		...parameters.map(({ samples, windows, patch }) => samples / (windows * patch)),
	);
	const epsilon = Math.max(...solved.map(({ transition }) => transition.epsilon));
	const channels = Math.min(...parameters.map((one) => one.channels));
	return [
		{
			name: "n/(M S)",
			value: pointsPerInput,
			message: `at least ${pointsPerInput.toPrecision(3)} points an input: the equations leave out the scatter of a finite data set, which at 10 raises alpha by 2 to 9 %`,
		},
		{
			name: "epsilon",
			value: epsilon,
			message: `epsilon up to ${epsilon.toPrecision(3)}: the transition is sharp, and the soft threshold right, only as it goes to 0`,
		},
		{
			name: "C",
			value: channels,
			message: `${channels} channels at the fewest: fluctuations around the saddle point, of relative order 1/C, are left out`,
		},
	];
}

/** Why sampled numbers are not there. */
export function absentReasons(wanted: boolean, sampled: boolean, several: boolean): Record<string, string> {
	if (!wanted) return { sampledAlpha: "sampling is false: no network was sampled" };
	if (!sampled) return { sampledAlpha: "interrupted before there were enough draws" };
	return several ? {} : { sampledAlphaSpread: "one data set has no spread: give several with dataSets" };
}
