import { type Engine, type RandomState, splitStream } from "@finitude/engine";
import { normals } from "../data/random.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { SOBOL_DIMENSIONS, sobolRule } from "./sobol.ts";

/**
 * Scrambled Sobol points in any number of dimensions: the coordinates beyond those that direction numbers are tabulated for
 * are independent random numbers. The order of the coordinates matters: the important ones come first.
 *
 * @param stream not advanced: the same stream gives the same rule
 */
export function paddedSobolRule(
	engine: Engine,
	dimension: number,
	log2Count: number,
	stream: RandomState,
): IntegrationRule {
	const leading = Math.min(dimension, SOBOL_DIMENSIONS);
	const sobol = sobolRule(engine, leading, log2Count, splitStream(stream, 0));
	if (leading === dimension) return sobol;
	return {
		...sobol,
		dimension,
		*chunks(size) {
			const random = splitStream(stream, 1);
			for (const { points, weights, count } of sobol.chunks(size)) {
				const padded = new Float64Array(dimension * count);
				padded.set(points);
				padded.set(normals(engine, random, (dimension - leading) * count), leading * count);
				yield { points: padded, weights, count };
			}
		},
	};
}
