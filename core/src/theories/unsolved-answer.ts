import type { Answer, Convergence, ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";

/**
 * The answer where the equations were not solved: nothing but how far they got.
 *
 * @param kernels names of the kernels that the theory gives where it has an answer
 * @param reason why everything is absent
 */
export function unsolvedAnswer(
	theory: string,
	{ testInputs }: Pick<Problem, "testInputs">,
	kernels: readonly string[],
	reason: string,
	convergence: Convergence,
	validity: readonly ValidityNote[],
): Answer {
	const names = [
		...["trainMean", "trainVariance", "trainCovariance"],
		...(testInputs ? ["testMean", "testVariance", "testCovariance"] : []),
		"logEvidence",
		...kernels.map((name) => `kernels.${name}`),
	];
	return {
		theory,
		kernels: {},
		orderParameters: {},
		absent: Object.fromEntries(names.map((name) => [name, reason])),
		validity,
		convergence,
	};
}
