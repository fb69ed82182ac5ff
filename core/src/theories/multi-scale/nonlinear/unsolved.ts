import type { Answer, Convergence, ValidityNote } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import { unsolvedAnswer } from "../../unsolved-answer.ts";
import { absentReasons } from "../absent.ts";
import type { MultiScaleOptions } from "../options.ts";

/** The answer where the equations of the adapted measure were not solved: nothing but how far they got. */
export function unsolved(
	variant: MultiScaleOptions["variant"],
	problem: Problem,
	validity: readonly ValidityNote[],
	convergence: Convergence,
): Answer {
	const reason = `the equations of the variant ${variant} were not solved`;
	const answer = unsolvedAnswer("multi-scale", problem, ["output"], reason, convergence, validity);
	// What the variant would not have given either.
	const never = absentReasons(variant, problem, { variance: true, kernels: ["output"] });
	return { ...answer, absent: { ...answer.absent, ...never } };
}
