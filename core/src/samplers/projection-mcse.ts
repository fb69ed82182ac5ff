import { InputError } from "../errors.ts";
import type { ChainResult } from "./chain-result.ts";
import { shortestLength } from "./combined-draws.ts";
import { standardErrorOfMean } from "./point-estimates.ts";

/**
 * Monte-Carlo standard error of a linear projection sum_i weights_i f_i of the posterior mean of f, computed on the
 * projected draws, so that it includes all correlations between points.
 *
 * @param weights one for each point and output, row-major: P* x D for "test", P x D for "train".
 */
export function projectionMcse(
	chains: readonly ChainResult[],
	weights: Float64Array,
	points: "train" | "test" = "test",
): number {
	const draws = shortestLength(chains);
	const name = points === "test" ? "testMean" : "trainMean";
	const size = chains[0]![name].length / chains[0]!.completedDraws;
	if (weights.length !== size) {
		throw new InputError({
			where: "projectionMcse weights",
			wanted: `${size} numbers`,
			got: `${weights.length}`,
		});
	}
	return standardErrorOfMean(
		chains.map((chain) =>
			Float64Array.from({ length: draws }, (_, t) => {
				let sum = 0;
				for (let i = 0; i < size; i++) sum += weights[i]! * chain[name][t * size + i]!;
				return sum;
			}),
		),
	);
}
