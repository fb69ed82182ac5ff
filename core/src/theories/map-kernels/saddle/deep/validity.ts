/** Notes on averages over random points of the pre-activations. */
import type { IntegrationErrors, ValidityNote } from "../../../../answer/answer.ts";
import {
	effectiveSampleNote,
	integrationErrorNote,
	LEAST_EFFECTIVE_FRACTION,
} from "../../../../tilted-unit/index.ts";

export interface RandomPoints {
	readonly count: number;
	readonly seed: number;
	/** Independent sets that show the error, and the points of each. */
	readonly sets: number;
	readonly setCount: number;
	/** For each layer the fraction of its points that carries the averages. */
	readonly fractions: readonly number[];
	/** Undefined where a set was not solved. */
	readonly errors: IntegrationErrors | undefined;
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
	const how = `the spread and the bias of ${sets} independent sets of ${setCount} points a layer, scaled to ${count} points with seed ${seed}`;
	const effective = effectiveSampleNote(
		{ size: Math.min(...fractions) * count, nodes: count },
		"raise samples or the width",
	);
	return [
		integrationErrorNote(errors, how),
		{
			...effective,
			message: `${effective.message}; layer by layer a fraction of ${fractions.map((x) => x.toPrecision(2)).join(", ")}, and at least ${LEAST_EFFECTIVE_FRACTION} is needed`,
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
