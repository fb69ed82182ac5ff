import type { Answer, Convergence, ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { unsolvedAnswer } from "../unsolved-answer.ts";
import type { SaddleSolution } from "./newton.ts";

/** What stands in the place of an answer where A leaves no density. */
export const NOT_NORMALIZABLE: Convergence = {
	converged: false,
	iterations: 0,
	// The equations do not exist here; JSON has no infinity.
	residual: Number.MAX_VALUE,
	advice:
		"The tilted neuron density is not normalizable (b(u) <= 0): the targets may be far larger than the prior allows. Rescale the targets or raise noiseVariance.",
};

/** @param variance the most negative one, where that is why the solution does not count */
export function notConverged({ point, iterations }: SaddleSolution, variance?: number): Convergence {
	const residual = `residual ${point.residual.toExponential(1)}`;
	const reason =
		variance === undefined ? residual : `${residual}, a variance of ${variance.toExponential(1)}`;
	return {
		converged: false,
		iterations,
		residual: point.residual,
		advice: `The mean-field saddle did not converge (${reason}). Raise samples, take another seed or more noise, or use equations-of-state.`,
	};
}

/** The answer where the saddle was not solved: nothing but how far it got. */
export function unsolved(
	problem: Problem,
	convergence: Convergence,
	validity: readonly ValidityNote[],
): Answer {
	const reason = "the equations of the mean-field saddle were not solved";
	const kernels = ["output", "preactivation"];
	return unsolvedAnswer("exact-mean-field", problem, kernels, reason, convergence, validity);
}
