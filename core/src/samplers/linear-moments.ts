import { type BatchMoments, batchMomentsOf } from "./batch-means.ts";

/**
 * The moments of a series computed linearly, draw by draw, from several averaged quantities of the same draws: with the
 * derivative of a nonlinear function at the overall means, a series whose standard error is that of the function (delta method).
 *
 * @param quantities for each quantity one entry a chain, with their batch means
 */
export function linearMoments(
	quantities: readonly (readonly BatchMoments[])[],
	map: (values: readonly Float64Array[]) => Float64Array,
): BatchMoments[] {
	return quantities[0]!.map((first, c) => {
		const means = (b: number) => map(quantities.map((chains) => chains[c]!.batchMeans![b]!));
		const batchMeans = Array.from({ length: first.batches }, (_, b) => means(b));
		const mean = map(quantities.map((chains) => chains[c]!.mean));
		return { ...batchMomentsOf(batchMeans, first, mean), batchMeans };
	});
}
