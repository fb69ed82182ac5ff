import type { Answer, Convergence, ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { unsolvedAnswer } from "../unsolved-answer.ts";

/** The answer where the equations were not solved: nothing but how far they got, never the last iterate. */
export function unsolved(
	problem: Problem,
	convergence: Convergence,
	validity: readonly ValidityNote[],
): Answer {
	const kernels = ["output", "preactivation", "conjugate"];
	const reason = "the equations of the most probable kernels were not solved";
	return unsolvedAnswer("map-kernels", problem, kernels, reason, convergence, validity);
}
