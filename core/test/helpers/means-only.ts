import type { Answer } from "../../src/index.ts";

/** The answer as a theory gives it that knows no variances. */
export function meansOnly<Given extends Answer>(answer: Given): Given {
	const { trainVariance: _, testVariance: __, ...rest } = answer;
	const reason = "this theory gives the posterior mean only";
	return {
		...rest,
		absent: { ...answer.absent, trainVariance: reason, testVariance: reason },
	} as unknown as Given;
}

/** The answer as a theory gives it that did not solve its equations. */
export function unsolved<Given extends Answer>(answer: Given): Given {
	const { trainMean: _, testMean: __, ...rest } = meansOnly(answer);
	const reason = "the equations were not solved";
	return {
		...rest,
		absent: { ...rest.absent, trainMean: reason, testMean: reason },
		convergence: { converged: false, iterations: 60, residual: 0.2, advice: "Use another variant." },
	} as unknown as Given;
}
