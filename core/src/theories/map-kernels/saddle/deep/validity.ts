/** Notes on averages over random points of the pre-activations. */
import type { ValidityNote } from "../../../../answer/answer.ts";
import { LEAST_FRACTION } from "../effective-fraction.ts";

export interface RandomPoints {
	readonly count: number;
	readonly seed: number;
	/** Independent sets that show the error, and the points of each. */
	readonly sets: number;
	readonly setCount: number;
	/** For each layer the fraction of its points that carries the averages. */
	readonly fractions: readonly number[];
	/** Undefined where a set was not solved. */
	readonly errors: { readonly mean: number; readonly logEvidence: number } | undefined;
}

/** `integrationError` and `effectiveSampleSize`. */
export function randomNotes({
	count,
	seed,
	sets,
	setCount,
	fractions,
	errors,
}: RandomPoints): ValidityNote[] {
	const how = `the spread of ${sets} independent sets of ${setCount} points a layer, scaled to ${count} points with seed ${seed}`;
	const smallest = Math.min(...fractions);
	return [
		errors
			? {
					name: "integrationError",
					value: errors.mean,
					message: `the error of the means by ${how}; that of logEvidence is ${errors.logEvidence.toExponential(1)}`,
				}
			: {
					name: "integrationError",
					value: "unknown",
					message: `the saddle was not solved on all of the points that are compared: ${how}`,
				},
		{
			name: "effectiveSampleSize",
			value: smallest * count,
			message: `layer by layer a fraction of ${fractions.map((x) => x.toPrecision(2)).join(", ")} of ${count} points carries the averages; at least ${LEAST_FRACTION} is needed`,
		},
	];
}

/** What the nodes of a test point's own part leave of its variance; more is random. */
const NODES_LEAVE = 1e-6;

/** `liftedVariance`: test points that nearly repeat training points, beyond the error of their nodes. */
export function liftNotes(lift: number): ValidityNote[] {
	if (lift <= NODES_LEAVE) return [];
	return [
		{
			name: "liftedVariance",
			value: lift,
			message:
				"random points left the variance of a test point in a hidden layer below what the training points say of it, by this fraction; it was set to that",
		},
	];
}
