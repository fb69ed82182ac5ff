import type { Problem } from "./problem.ts";

/** The same problem without its test points. */
export function trainingProblem({ testInputs: _, testTargets: __, ...rest }: Problem): Problem {
	return rest;
}
