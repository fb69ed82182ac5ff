/**
 * Batch means of weighted draws. Batches hold the sums of weight times x and, as one more entry, of the weight itself, in
 * units of e^logScale, the largest weight so far: no weight over- or underflows, whatever the evidence.
 */
import {
	type BatchMeans,
	type BatchMeansState,
	type BatchMoments,
	batchMomentsOf,
	createBatchMeans,
} from "./batch-means.ts";

/** Accumulates weighted draws. @param exp the engine's, whose bits are the same everywhere */
export function createWeightedBatchMeans(size: number, exp: (x: number) => number): BatchMeans {
	const sums = createBatchMeans(size + 1, true);
	const weighted = new Float64Array(size + 1);
	let logScale: number | undefined;

	const raiseScale = (to: number) => {
		if (logScale !== undefined) sums.restore(scaled(sums.snapshot(), exp(logScale - to)));
		logScale = to;
	};

	return {
		add(x, logWeight) {
			if (logWeight === undefined) throw new Error("weighted batch means: a draw has no weight.");
			if (logScale === undefined || logWeight > logScale) raiseScale(logWeight);
			const weight = exp(logWeight - logScale!);
			for (let i = 0; i < size; i++) weighted[i] = weight * x[i]!;
			weighted[size] = weight;
			sums.add(weighted);
		},
		moments: () => ({ ...sums.moments(), logScale: logScale ?? 0 }),
		snapshot: () => ({ ...sums.snapshot(), ...(logScale === undefined ? {} : { logScale }) }),
		restore(state) {
			sums.restore(state);
			logScale = state.logScale;
		},
	};
}

function scaled(state: BatchMeansState, factor: number): BatchMeansState {
	const times = (x: Float64Array) => x.map((value) => factor * value);
	return {
		...state,
		current: times(state.current),
		batches: state.batches.map(times),
	};
}

/**
 * Chains whose draws count alike and whose mean and standard error are those of the self-normalized weighted average over all
 * chains, R = sum w x / sum w: a batch with mean weight W_b (in units of the mean weight of all draws) and mean S_b of w x has
 * the linearized mean R + S_b - R W_b. Unweighted chains stay as they are.
 */
export function withEqualWeights(chains: readonly BatchMoments[]): readonly BatchMoments[] {
	if (chains[0]!.logScale === undefined) return chains;
	const size = chains[0]!.mean.length - 1;
	const draws = chains.reduce((sum, chain) => sum + chain.draws, 0);
	const top = Math.max(...chains.map((chain) => chain.logScale!));
	const scales = chains.map((chain) => Math.exp(chain.logScale! - top));
	const average = new Float64Array(size + 1);
	chains.forEach((chain, c) => {
		const share = (scales[c]! * chain.draws) / draws;
		for (let i = 0; i <= size; i++) average[i]! += share * chain.mean[i]!;
	});
	const meanWeight = average[size]!;
	return chains.map((chain, c) => {
		const factor = scales[c]! / meanWeight;
		const linearized = (x: Float64Array) =>
			Float64Array.from({ length: size }, (_, i) => {
				const ratio = average[i]! / meanWeight;
				return ratio + factor * (x[i]! - ratio * x[size]!);
			});
		const batchMeans = chain.batchMeans!.map(linearized);
		return { ...batchMomentsOf(batchMeans, chain, linearized(chain.mean)), batchMeans };
	});
}
