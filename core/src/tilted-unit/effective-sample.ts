/** How many random nodes carry an average over a tilted unit: one report for every theory. */
import type { ValidityNote } from "../answer/answer.ts";

/** Random nodes with the weights of a tilt. */
export interface EffectiveSample {
	/** (sum of weights)^2 / sum of squared weights: how many equally weighted nodes would serve as well. */
	readonly size: number;
	/** How many nodes there are. */
	readonly nodes: number;
}

/** Averages over fewer effective nodes than this say little about their own error. */
export const LEAST_EFFECTIVE = 200;

/** Averages that a smaller fraction of the random nodes carries say nothing about a theory. */
export const LEAST_EFFECTIVE_FRACTION = 0.05;

/** Averages over fewer effective nodes than this are worth a warning. */
const FEW_EFFECTIVE = 1000;

/**
 * `effectiveSampleSize`.
 *
 * @param remedy what to do about few of them
 */
export function effectiveSampleNote({ size, nodes }: EffectiveSample, remedy: string): ValidityNote {
	return {
		name: "effectiveSampleSize",
		value: size,
		message:
			size < FEW_EFFECTIVE
				? `effective sample size ${Math.round(size)} of ${nodes} is small; ${remedy}`
				: `${Math.round(size)} of ${nodes} nodes carry the averages over a unit's weights`,
	};
}
