import { batchMomentsOf, combineBatchMoments } from "./batch-means.ts";
import type { ChainResult } from "./chain-result.ts";
import { averagedMoments } from "./layer-estimates.ts";

/**
 * Monte-Carlo standard error of a linear projection sum_k weights_k x_k of an averaged quantity, by batch means of the projection
 * itself, so that it includes all correlations between entries. Undefined when the chains did not record the quantity, or were
 * stopped before two batches of draws.
 *
 * @param name one of those that `keepsBatches`
 */
export function averagedProjectionMcse(
	chains: readonly ChainResult[],
	name: string,
	weights: Float64Array,
): number | undefined {
	const moments = averagedMoments(chains, name);
	if (moments === undefined) return undefined;
	const project = (x: Float64Array) => {
		let sum = 0;
		for (let k = 0; k < weights.length; k++) sum += weights[k]! * x[k]!;
		return Float64Array.of(sum);
	};
	const projected = moments.map((chain) =>
		batchMomentsOf(chain.batchMeans!.map(project), chain, project(chain.mean)),
	);
	return combineBatchMoments(projected).standardError?.[0];
}
