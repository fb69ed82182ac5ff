/** More batches than this are merged in pairs: four chains of 8 to 16 give a standard error to 10 %, and few enough to store. */
export const MAX_BATCHES = 16;

/** Mean of a long series of arrays, and what a standard error by batch means needs. Plain data. */
export interface BatchMoments {
	readonly draws: number;
	/** Mean of all draws, entry by entry; zeros when there are none. */
	readonly mean: Float64Array;
	/** Draws in each batch; the last draws, fewer than a batch, are in no batch. */
	readonly batchLength: number;
	readonly batches: number;
	/** Mean of the batch means, and the sum of their squared deviations from it. */
	readonly batchMean: Float64Array;
	readonly squaredDeviations: Float64Array;
	/** The batch means themselves, where they were asked for. */
	readonly batchMeans?: readonly Float64Array[];
	/**
	 * Only of weighted draws, whose arrays are one entry longer: means of weight times x and, last, of the weight, in units of
	 * e^logScale. `withEqualWeights` turns them into the moments of x.
	 */
	readonly logScale?: number;
}

/** What has been accumulated so far: plain data, enough to go on. */
export interface BatchMeansState {
	readonly draws: number;
	readonly filled: number;
	readonly current: Float64Array;
	readonly batchLength: number;
	/** Sums over the draws of each batch. */
	readonly batches: readonly Float64Array[];
	/** As in BatchMoments; absent before the first weighted draw. */
	readonly logScale?: number;
}

export interface BatchMeans {
	/** @param logWeight of weighted draws only */
	add(x: Float64Array, logWeight?: number): void;
	moments(): BatchMoments;
	/** A copy. */
	snapshot(): BatchMeansState;
	restore(state: BatchMeansState): void;
}

/**
 * Accumulates the batch means of a series without storing it. The batch length doubles as the series grows, so that there
 * are always between MAX_BATCHES / 2 and MAX_BATCHES batches, wherever it is stopped.
 *
 * @param keep also hand out the batch means themselves
 */
export function createBatchMeans(size: number, keep = false): BatchMeans {
	let batches: Float64Array[] = [];
	let batchLength = 1;
	let draws = 0;
	let filled = 0;
	let current = new Float64Array(size);
	return {
		add(x) {
			draws++;
			for (let i = 0; i < size; i++) current[i]! += x[i]!;
			if (++filled < batchLength) return;
			batches.push(current);
			current = new Float64Array(size);
			filled = 0;
			if (batches.length === MAX_BATCHES) {
				batches = mergePairs(batches);
				batchLength *= 2;
			}
		},
		moments() {
			const batchMeans = batches.map((sums) => sums.map((sum) => sum / batchLength));
			const mean = current.slice();
			for (const sums of batches) for (let i = 0; i < size; i++) mean[i]! += sums[i]!;
			for (let i = 0; i < size; i++) mean[i]! /= Math.max(draws, 1);
			const moments = batchMomentsOf(batchMeans, { draws, batchLength }, mean);
			return keep ? { ...moments, batchMeans } : moments;
		},
		snapshot: () => ({
			draws,
			filled,
			current: current.slice(),
			batchLength,
			batches: [...batches],
		}),
		restore(state) {
			({ draws, filled, batchLength } = state);
			current = state.current.slice();
			batches = [...state.batches];
		},
	};
}

function mergePairs(batches: readonly Float64Array[]): Float64Array[] {
	return Array.from({ length: batches.length / 2 }, (_, k) => {
		const other = batches[2 * k + 1]!;
		return batches[2 * k]!.map((sum, i) => sum + other[i]!);
	});
}

/** The moments of a series whose batch means are known one by one. @param mean Of all draws, those in no batch included. */
export function batchMomentsOf(
	batchMeans: readonly Float64Array[],
	{ draws, batchLength }: Pick<BatchMoments, "draws" | "batchLength">,
	mean: Float64Array,
): BatchMoments {
	const batches = batchMeans.length;
	const batchMean = new Float64Array(mean.length);
	const squaredDeviations = new Float64Array(mean.length);
	for (const x of batchMeans) for (let i = 0; i < x.length; i++) batchMean[i]! += x[i]! / batches;
	for (const x of batchMeans) {
		for (let i = 0; i < x.length; i++) squaredDeviations[i]! += (x[i]! - batchMean[i]!) ** 2;
	}
	return { draws, mean, batchLength, batches, batchMean, squaredDeviations };
}

/** A mean and its standard error, entry by entry. */
export interface BatchEstimate {
	readonly mean: Float64Array<ArrayBuffer>;
	/** Absent with fewer than two batches in all chains. */
	readonly standardError?: Float64Array<ArrayBuffer>;
}

/**
 * Mean over all draws of all chains and its standard error sqrt(sigma^2 / draws), sigma^2 = b times the variance of the
 * means of batches of length b about the grand mean: the asymptotic variance, once b exceeds the correlation time.
 */
export function combineBatchMoments(chains: readonly BatchMoments[]): BatchEstimate {
	const draws = chains.reduce((sum, chain) => sum + chain.draws, 0);
	const batches = chains.reduce((sum, chain) => sum + chain.batches, 0);
	const mean = new Float64Array(chains[0]!.mean.length);
	for (const chain of chains) {
		for (let i = 0; i < mean.length; i++) mean[i]! += (chain.mean[i]! * chain.draws) / draws;
	}
	if (batches < 2) return { mean };
	const standardError = mean.map((grand, i) => {
		let sum = 0;
		for (const chain of chains) {
			const between = chain.batches * (chain.batchMean[i]! - grand) ** 2;
			sum += chain.batchLength * (chain.squaredDeviations[i]! + between);
		}
		return Math.sqrt(sum / (batches - 1) / draws);
	});
	return { mean, standardError };
}
