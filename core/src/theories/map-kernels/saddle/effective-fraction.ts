import type { Convergence } from "../../../answer/answer.ts";
import { LEAST_EFFECTIVE_FRACTION } from "../../../tilted-unit/index.ts";

/** What stands in the place of an answer whose averages hang on too few points. */
export function tooFewEffective(fraction: number, iterations: number, residual: number): Convergence {
	return {
		converged: false,
		iterations,
		residual,
		advice: `The tilted average has effective sample size ${fraction.toPrecision(2)} (at least ${LEAST_EFFECTIVE_FRACTION} is needed): the numbers say nothing about the theory. Use more samples, a larger width, or a sampler.`,
	};
}
