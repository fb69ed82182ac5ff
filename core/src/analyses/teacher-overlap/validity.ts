/** What the sweep is and is not, and whether the chains agree. */
import type { Convergence, ValidityNote } from "../../answer/answer.ts";
import { R_HAT_LIMIT } from "../../samplers/combine-chains.ts";
import type { OverlapPoint, OverlapResults } from "./results.ts";

export function validityNotes({ points, parameters, lastWidth }: OverlapResults): ValidityNote[] {
	const first = points[0];
	return [
		{
			name: "status",
			value: "descriptive",
			message: "no theory claimed; nothing here reproduces a published study",
		},
		{
			name: "n_par",
			value: parameters,
			message: `${parameters} weights: collapse and memorization are read off the measures, not separated by a threshold`,
		},
		...(first === undefined
			? []
			: [
					{
						name: "2 N_out/P",
						value: first.bound,
						message: `the line 2 N_out/P (N_out = ${lastWidth}) is a statement on readouts fitted to fixed features; published for trained networks as an observation, which students narrower than their inputs exceed`,
					},
				]),
	];
}

/** Chains of every data set at every P. @param complete false after an interruption */
export function overlapConvergence(points: readonly OverlapPoint[], complete: boolean): Convergence {
	const faults = points.flatMap(({ samples, runs }) => {
		const stuck = runs.filter(({ converged }) => !converged).length;
		const overlap = Math.max(...runs.map(({ overlapRHat = 1 }) => overlapRHat));
		return [
			...(overlap > R_HAT_LIMIT
				? [
						`R-hat of the overlap is ${overlap.toPrecision(3)} at P = ${samples}: the sampler did not mix between permuted or sign-flipped units`,
					]
				: []),
			...(stuck > 0
				? [`the chains of ${stuck} of ${runs.length} data sets did not converge at P = ${samples}`]
				: []),
		];
	});
	const advice = [
		...(complete ? [] : ["interrupted: larger numbers of samples are missing"]),
		...(faults.length > 0 ? [`${faults.join("; ")}: raise draws and warmup`] : []),
	].join("; ");
	return {
		converged: complete && faults.length === 0,
		iterations: 0,
		residual: 0,
		...(advice !== "" && { advice: `${advice[0]!.toUpperCase()}${advice.slice(1)}.` }),
	};
}
