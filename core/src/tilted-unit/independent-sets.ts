/** What independent sets of random nodes say of the error of the nodes of an answer. */
import type { ValidityNote } from "../answer/answer.ts";

/** Numbers that nodes are judged by. */
export interface JudgedNumbers {
	/** The means at the training points, then at the test points. */
	readonly mean: Float64Array;
	readonly logEvidence: number;
}

/** Of the means, the largest over the points, and of the log evidence. */
export interface IntegrationErrors {
	readonly mean: number;
	readonly logEvidence: number;
}

/** The largest standard error of the mean over independent sets, two or more, each with the same numbers. */
export function standardError(sets: readonly Float64Array[]): number {
	const m = sets.length;
	let most = 0;
	for (let k = 0; k < sets[0]!.length; k++) {
		const center = sets.reduce((sum, values) => sum + values[k]!, 0) / m;
		const spread = sets.reduce((sum, values) => sum + (values[k]! - center) ** 2, 0);
		most = Math.max(most, Math.sqrt(spread / (m * (m - 1))));
	}
	return most;
}

/** Standard errors of the means over independent sets. */
export function standardErrors(sets: readonly JudgedNumbers[]): IntegrationErrors {
	return {
		mean: standardError(sets.map(({ mean }) => mean)),
		logEvidence: standardError(sets.map(({ logEvidence }) => Float64Array.of(logEvidence))),
	};
}

/**
 * `integrationError`.
 *
 * @param errors undefined where a set or a level was not solved
 * @param how the errors were found: "the spread of 4 independent sets"
 */
export function integrationErrorNote(errors: IntegrationErrors | undefined, how: string): ValidityNote {
	return errors
		? {
				name: "integrationError",
				value: errors.mean,
				message: `the error of the means by ${how}; that of logEvidence is ${errors.logEvidence.toExponential(1)}`,
			}
		: {
				name: "integrationError",
				value: "unknown",
				message: `the saddle was not solved on all of the nodes that are compared: ${how}`,
			};
}
