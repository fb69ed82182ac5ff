import type { Answer, ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { NO_PREACTIVATION_KERNEL } from "../absent.ts";
import type { MultiScaleOptions } from "./options.ts";

type Variant = MultiScaleOptions["variant"];

const NO_LOG_EVIDENCE =
	"multi-scale gives no log evidence; that of the tree with one hidden layer is in self-consistent, the exact one of linear networks in deep-linear";

/** Why an answer lacks what it lacks. @param given what it has */
export function absentReasons(
	variant: Variant,
	problem: Problem,
	given: { readonly variance: boolean; readonly kernels: readonly string[] },
): Record<string, string> {
	const depth = problem.network.layers.length;
	const outputs = problem.trainTargets.columns;
	const noVariance =
		variant === "one-loop"
			? "the one-loop variant gives means and the kernel only"
			: variant === "tree" && outputs > 1
				? "with several outputs the tree gives means only"
				: "the scale is at no minimum of the action, so that its fluctuation is not known";
	return {
		logEvidence: NO_LOG_EVIDENCE,
		...(!given.variance && forVariances(problem, noVariance)),
		...(!given.kernels.includes("output") && {
			"kernels.output":
				outputs > 1
					? "with several outputs the adapted kernel is not known"
					: "the tree of a deep linear network gives no kernels",
		}),
		...(!given.kernels.includes("preactivation") && {
			"kernels.preactivation":
				depth > 1 ? "the tree of a deep linear network gives no kernels" : NO_PREACTIVATION_KERNEL,
		}),
	};
}

/** The answer where equation (9) has no root: nothing but that. */
export function withoutRoot(problem: Problem, validity: readonly ValidityNote[], residual: number): Answer {
	const reason = "no admissible root of the one-loop equation";
	return {
		theory: "multi-scale",
		kernels: {},
		orderParameters: {},
		absent: {
			...absentReasons("one-loop", problem, { variance: false, kernels: [] }),
			trainMean: reason,
			...(problem.testInputs && { testMean: reason }),
			"kernels.output": reason,
		},
		validity,
		convergence: {
			converged: false,
			iterations: 0,
			residual,
			advice:
				"No admissible root: the one-loop equation has none for P of the order of N and above. Use variant self-consistent.",
		},
	};
}

function forVariances({ testInputs }: Problem, reason: string): Record<string, string> {
	return {
		trainVariance: reason,
		trainCovariance: reason,
		...(testInputs && { testVariance: reason, testCovariance: reason }),
	};
}
