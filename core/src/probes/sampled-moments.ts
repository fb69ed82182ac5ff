/** The moments of a sampled network, and what they would be without one batch of its draws. */
import { matrix } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { type BatchMoments, combineBatchMoments } from "../samplers/batch-means.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import { averagedMoments } from "../samplers/layer-estimates.ts";
import { averagedName } from "../samplers/observation.ts";
import { positionOrder } from "../samplers/position-order.ts";
import { layerLabel, OUTPUT, type ProbedMoments } from "./probe.ts";
import { averageOf, type PartialMoments, TOO_MANY_WEIGHTS, WEIGHTS } from "./probed-moments.ts";

export interface SampledMoments extends PartialMoments {
	/** One for each batch of each chain, made when asked for; or why there are none, and so no standard errors. */
	readonly batches: readonly LeftOut[] | string;
}

/** The same averages without one batch of draws. */
export interface LeftOut {
	/** Of the draws of all chains, the fraction in the batch. */
	readonly share: number;
	moments(): ProbedMoments;
}

/** A recorded average: where it belongs, one entry a chain. */
interface Series {
	/** Undefined: the weight covariance. */
	readonly layer?: string;
	readonly size: number;
	readonly chains: readonly BatchMoments[];
}

/**
 * Posterior means of the output kernel, of every layer's pre-activation kernel (average over units and positions) and of the first
 * layer's weight covariance. Weighted draws count by their weights.
 *
 * @param chains of `runChain` on this problem, at least one
 */
export function sampledMoments(problem: Problem, chains: readonly ChainResult[]): SampledMoments {
	const points = problem.trainInputs.rows;
	const kernel = (layer: string, name: string): Series => ({
		layer,
		size: points,
		chains: averagedMoments(chains, name)!,
	});
	const { counts } = positionOrder(problem);
	const series = counts.flatMap((count, l) =>
		Array.from({ length: count }, (_, j) => kernel(layerLabel(l), averagedName.preactivation(l, j))),
	);
	series.push(kernel(OUTPUT, averagedName.output));
	const weights = averagedMoments(chains, averagedName.weightCovariance);
	if (weights) series.push({ size: Math.sqrt(weights[0]!.mean.length), chains: weights });
	const means = series.map(({ chains: of }) => combineBatchMoments(of).mean);
	return {
		moments: momentsOf(series, means),
		missing: weights ? {} : { [WEIGHTS]: TOO_MANY_WEIGHTS },
		batches: batchesOf(series, means),
	};
}

function batchesOf(series: readonly Series[], means: readonly Float64Array[]): LeftOut[] | string {
	const { chains } = series[0]!;
	if (chains.some(({ batchMeans }) => batchMeans === undefined)) {
		return "the batch means of such large kernels are not kept, and without them there is no standard error";
	}
	const draws = chains.reduce((sum, chain) => sum + chain.draws, 0);
	const batches = chains.flatMap(({ batchMeans, batchLength }, c) =>
		batchMeans!.map((_, b) => ({ c, b, share: batchLength / draws })),
	);
	if (batches.length < 2) return "the chains were stopped before two batches of draws";
	return batches.map(({ c, b, share }) => ({
		share,
		moments: () =>
			momentsOf(
				series,
				series.map(({ chains: of }, s) => {
					const batch = of[c]!.batchMeans![b]!;
					return means[s]!.map((mean, k) => (mean - share * batch[k]!) / (1 - share));
				}),
			),
	}));
}

function momentsOf(series: readonly Series[], values: readonly Float64Array[]): ProbedMoments {
	const matrices = series.map(({ layer, size }, s) => ({
		layer,
		kernel: matrix(size, size, Float64Array.from(values[s]!)),
	}));
	const layers = [...new Set(matrices.map(({ layer }) => layer))].filter((layer) => layer !== undefined);
	const weights = matrices.find(({ layer }) => layer === undefined);
	return {
		kernels: layers.map((layer) => ({
			layer,
			kernel: averageOf(matrices.filter((one) => one.layer === layer).map(({ kernel }) => kernel)),
		})),
		...(weights && { weightCovariance: weights.kernel }),
	};
}
