import type { Answer, Convergence, ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { NO_PREACTIVATION_KERNEL } from "../absent.ts";
import type { Variant } from "./variants.ts";

const MEAN_ONLY: Readonly<Record<Exclude<Variant, "tree">, string>> = {
	loop: "the loop variant gives the posterior mean only",
	"kernel-saddle":
		"the kernel-saddle variant gives the posterior mean and the kernel only; the kernel's fluctuations are not included",
};

/** Why an answer of a variant that was solved lacks what it lacks. */
export function absentReasons(variant: Variant, problem: Problem): Record<string, string> {
	const preactivation = { "kernels.preactivation": NO_PREACTIVATION_KERNEL };
	if (variant === "tree") return preactivation;
	const reason = MEAN_ONLY[variant];
	return {
		...named(["trainVariance", "trainCovariance", "logEvidence"], reason),
		...(problem.testInputs && named(["testVariance", "testCovariance"], reason)),
		...(variant === "loop" && { "kernels.output": reason }),
		...preactivation,
	};
}

/** The answer where the equations of the variant were not solved: nothing but how far they got. */
export function unsolved(
	variant: Variant,
	problem: Problem,
	convergence: Convergence,
	validity: readonly ValidityNote[],
): Answer {
	const reason = `the equations of the ${variant} variant were not solved`;
	return {
		theory: "self-consistent",
		kernels: {},
		orderParameters: {},
		absent: {
			...absentReasons(variant, problem),
			...(variant === "tree" && named(["trainVariance", "trainCovariance", "logEvidence"], reason)),
			...(variant === "tree" && problem.testInputs && named(["testVariance", "testCovariance"], reason)),
			...named(["trainMean", ...(problem.testInputs ? ["testMean"] : [])], reason),
			...(variant !== "loop" && { "kernels.output": reason }),
		},
		validity,
		convergence,
	};
}

function named(names: readonly string[], reason: string): Record<string, string> {
	return Object.fromEntries(names.map((name) => [name, reason]));
}
