import type { Answer, Convergence, ValidityNote } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
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
	const absent = [
		"trainMean",
		"trainVariance",
		"trainCovariance",
		...(problem.testInputs ? ["testMean", "testVariance", "testCovariance"] : []),
		"kernels.output",
	];
	return {
		theory: "multi-scale",
		kernels: {},
		orderParameters: {},
		absent: {
			...absentReasons(variant, problem, { variance: true, kernels: [] }),
			...Object.fromEntries(absent.map((name) => [name, reason])),
		},
		validity,
		convergence,
	};
}
