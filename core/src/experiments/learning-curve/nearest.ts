import type { Estimate } from "../../diagnostics/estimate.ts";
import { averageEstimate } from "./averages.ts";

/** How far a theory's generalization error is from the sampled one. */
export interface ErrorDifference extends Estimate {
	readonly theory: string;
	/** value / standardError, signed: positive where the theory's error is larger; absent when the standard error is 0. */
	readonly inStandardErrors?: number;
}

/**
 * Mean of theory - sampled over the repetitions. Both see the same data, so that the spread is taken of their differences.
 *
 * @param values one for each repetition, as `sampled`
 */
export function errorDifference(
	theory: string,
	values: readonly number[],
	sampled: readonly Estimate[],
): ErrorDifference {
	const difference = averageEstimate(
		sampled.map(({ value, standardError }, i) => ({ value: values[i]! - value, standardError })),
	);
	const { value, standardError } = difference;
	return { theory, ...difference, ...(standardError > 0 && { inStandardErrors: value / standardError }) };
}

/** The theory whose error is nearest to the sampled one; undefined when there is none. */
export function nearestTheory(differences: readonly ErrorDifference[]): ErrorDifference | undefined {
	return differences.reduce<ErrorDifference | undefined>(
		(nearest, one) =>
			nearest === undefined || Math.abs(one.value) < Math.abs(nearest.value) ? one : nearest,
		undefined,
	);
}
