import { InputError } from "../../errors.ts";
import type { LearningCurveJson } from "./schema.ts";

/** What a learning curve runs over, every default filled in. */
export interface LearningCurveSettings {
	/** P, ascending. */
	readonly samples: readonly number[];
	/** Ascending; absent when the network keeps its own. */
	readonly widths?: readonly number[];
	readonly repetitions: number;
	/** Those of `samples` at which the network is sampled, ascending. */
	readonly sampleAt: readonly number[];
}

/** Half a decade and a decade: enough to see how an error falls. */
const GRID_SIZE = 6;

/**
 * P, P/2, P/4 and so on, ascending, six numbers at most. With classes, every number but P itself is a multiple of how many there are,
 * so that all have equally many points.
 */
export function halvings(most: number, classes = 1): number[] {
	const grid = Array.from({ length: GRID_SIZE }, (_, k) =>
		k === 0 ? most : classes * Math.round(most / 2 ** k / classes),
	);
	// A single point is no data set worth a place on the curve.
	return ascending(grid.filter((count) => count === most || count >= Math.max(2, classes)));
}

/** In order, each once. */
export function ascending(values: readonly number[]): number[] {
	return [...new Set(values)].sort((a, b) => a - b);
}

/**
 * @param trainCount the experiment's own number of training points
 * @param classes that have equally many points
 * @throws InputError when the network is to be sampled at a number of points that is not on the curve.
 */
export function completeSettings(
	{ samples: given, widths, repetitions, sampleAt: wanted }: LearningCurveJson,
	trainCount: number,
	classes?: number,
): LearningCurveSettings {
	const samples = given === undefined ? halvings(trainCount, classes) : ascending(given);
	wanted?.forEach((count, i) => {
		if (samples.includes(count)) return;
		throw new InputError({
			where: `learningCurve.sampleAt[${i}]`,
			wanted: `one of the samples ${samples.join(", ")}`,
			got: String(count),
		});
	});
	return {
		samples,
		...(widths && { widths: ascending(widths) }),
		repetitions,
		sampleAt: wanted === undefined ? samples : ascending(wanted),
	};
}
