import type { Answer, Convergence, ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";

/** The answer where the equations were not solved: nothing but how far they got, never the last iterate. */
export function unsolved(
	problem: Problem,
	convergence: Convergence,
	validity: readonly ValidityNote[],
): Answer {
	const names = [
		...["trainMean", "trainVariance", "trainCovariance"],
		...(problem.testInputs ? ["testMean", "testVariance", "testCovariance"] : []),
		...["logEvidence", "kernels.output", "kernels.preactivation", "kernels.conjugate"],
	];
	const reason = "the equations of the most probable kernels were not solved";
	return {
		theory: "map-kernels",
		kernels: {},
		orderParameters: {},
		absent: Object.fromEntries(names.map((name) => [name, reason])),
		validity,
		convergence,
	};
}
