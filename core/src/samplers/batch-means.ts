/** More batches than this are merged in pairs: enough for a standard error to 13 %, few enough to store. */
export const MAX_BATCHES = 32;

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
}

/**
 * Accumulates the batch means of a series without storing it. The batch length doubles as the series grows, so that there
 * are always between MAX_BATCHES / 2 and MAX_BATCHES batches: about sqrt(draws) of them at a thousand draws.
 */
export function createBatchMeans(size: number): { add(x: Float64Array): void; moments(): BatchMoments } {
	let batches: Float64Array[] = [];
	let batchLength = 1;
	let draws = 0;
	let current = new Float64Array(size);
	let filled = 0;
	const total = new Float64Array(size);
	return {
		add(x) {
			draws++;
			for (let i = 0; i < size; i++) {
				current[i]! += x[i]!;
				total[i]! += x[i]!;
			}
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
			const batchMean = new Float64Array(size);
			const squaredDeviations = new Float64Array(size);
			for (const sums of batches) {
				for (let i = 0; i < size; i++) batchMean[i]! += sums[i]! / batchLength / batches.length;
			}
			for (const sums of batches) {
				for (let i = 0; i < size; i++) squaredDeviations[i]! += (sums[i]! / batchLength - batchMean[i]!) ** 2;
			}
			const mean = total.map((sum) => sum / Math.max(draws, 1));
			return { draws, mean, batchLength, batches: batches.length, batchMean, squaredDeviations };
		},
	};
}

function mergePairs(batches: readonly Float64Array[]): Float64Array[] {
	return Array.from({ length: batches.length / 2 }, (_, k) => {
		const other = batches[2 * k + 1]!;
		return batches[2 * k]!.map((sum, i) => sum + other[i]!);
	});
}

/**
 * Mean over all draws of all chains and its standard error sqrt(sigma^2 / draws), sigma^2 = b times the variance of the
 * means of batches of length b about the grand mean: the asymptotic variance, once b exceeds the correlation time.
 * Needs two batches in all.
 */
export function combineBatchMoments(chains: readonly BatchMoments[]): {
	mean: Float64Array<ArrayBuffer>;
	standardError: Float64Array<ArrayBuffer>;
} {
	const draws = chains.reduce((sum, chain) => sum + chain.draws, 0);
	const batches = chains.reduce((sum, chain) => sum + chain.batches, 0);
	const mean = new Float64Array(chains[0]!.mean.length);
	for (const chain of chains) {
		for (let i = 0; i < mean.length; i++) mean[i]! += (chain.mean[i]! * chain.draws) / draws;
	}
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
