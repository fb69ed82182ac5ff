/** The recorded kernels of a layer, with what linear propagation of their errors needs. */
import { dot } from "@finitude/engine";
import type { Problem } from "../../problem/problem.ts";
import { type BatchMoments, combineBatchMoments } from "../../samplers/batch-means.ts";
import type { ChainResult } from "../../samplers/chain-result.ts";
import { averagedMoments } from "../../samplers/layer-estimates.ts";
import { linearMoments } from "../../samplers/linear-moments.ts";
import { averagedName } from "../../samplers/observation.ts";
import { positionOrder } from "../../samplers/position-order.ts";

/** A kernel averaged over draws: one entry a chain, and over all chains. */
export interface RecordedKernel {
	/** P x P, with batch means. */
	readonly moments: readonly BatchMoments[];
	readonly mean: Float64Array<ArrayBuffer>;
	/** Sum of the squared standard errors of all entries: what Monte-Carlo noise adds to |mean|^2. */
	readonly noise: number;
}

/** Kernels of one layer, a list over its positions in their natural order. */
export interface LayerKernels {
	readonly preactivation: readonly RecordedKernel[];
	readonly feature: readonly RecordedKernel[];
}

/** The kernels of every layer, or the sentence that says why their errors are not known. */
export function layerKernels(problem: Problem, chains: readonly ChainResult[]): LayerKernels[] | string {
	const { counts } = positionOrder(problem);
	const first = chains[0]!.averaged[averagedName.preactivation(0, 0)];
	if (first?.batchMeans === undefined) {
		return "the batch means of such large kernels are not kept, and without them there is no standard error";
	}
	if (chains.reduce((sum, { averaged }) => sum + averaged[averagedName.sizes(0)]!.batches, 0) < 2) {
		return "the chains were stopped before two batches of draws";
	}
	return counts.map((count, l) => {
		const at = (name: (layer: number, position: number) => string) =>
			Array.from({ length: count }, (_, j) => recorded(averagedMoments(chains, name(l, j))!));
		return { preactivation: at(averagedName.preactivation), feature: at(averagedName.feature) };
	});
}

function recorded(moments: readonly BatchMoments[]): RecordedKernel {
	const { mean, standardError } = combineBatchMoments(moments);
	return { moments, mean, noise: squaredNorm(standardError!) };
}

/** The standard error of a number that a linear map makes of several averaged quantities. */
export function linearError(
	quantities: readonly (readonly BatchMoments[])[],
	map: (values: readonly Float64Array[]) => number,
): number {
	const series = linearMoments(quantities, (values) => Float64Array.of(map(values)));
	return combineBatchMoments(series).standardError![0]!;
}

export function squaredNorm(a: Float64Array): number {
	return dot(a, a);
}
