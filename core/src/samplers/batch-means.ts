/** Batches in a chain of full length: enough for a standard error to 13 %, long enough to exceed the correlation time. */
export const BATCHES = 32;

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
}

/** What has been accumulated so far: plain data, enough to go on. */
export interface BatchMeansState {
	readonly draws: number;
	readonly total: Float64Array;
	readonly filled: number;
	readonly current: Float64Array;
	readonly batches: number;
	readonly batchMean: Float64Array;
	readonly squaredDeviations: Float64Array;
	readonly batchMeans: readonly Float64Array[];
}

export interface BatchMeans {
	add(x: Float64Array): void;
	moments(): BatchMoments;
	/** A copy. */
	snapshot(): BatchMeansState;
	restore(state: BatchMeansState): void;
}

/**
 * Accumulates the batch means of a series without storing it, in memory for four arrays of `size` numbers (and BATCHES more
 * with `keep`). A batch is a BATCHES-th of the expected `draws`.
 */
export function createBatchMeans(size: number, draws: number, keep = false): BatchMeans {
	const batchLength = Math.max(1, Math.floor(draws / BATCHES));
	let [count, filled, batches] = [0, 0, 0];
	const [total, current, batchMean, squaredDeviations] = Array.from(
		{ length: 4 },
		() => new Float64Array(size),
	);
	let batchMeans: Float64Array[] = [];

	/** Welford's update by the batch that is full. */
	const closeBatch = () => {
		batches++;
		for (let i = 0; i < size; i++) {
			const x = current![i]! / batchLength;
			const before = x - batchMean![i]!;
			batchMean![i]! += before / batches;
			squaredDeviations![i]! += before * (x - batchMean![i]!);
		}
		if (keep) batchMeans.push(current!.map((sum) => sum / batchLength));
		current!.fill(0);
		filled = 0;
	};

	return {
		add(x) {
			count++;
			for (let i = 0; i < size; i++) {
				current![i]! += x[i]!;
				total![i]! += x[i]!;
			}
			if (++filled === batchLength) closeBatch();
		},
		moments: () => ({
			draws: count,
			mean: total!.map((sum) => sum / Math.max(count, 1)),
			batchLength,
			batches,
			batchMean: batchMean!.slice(),
			squaredDeviations: squaredDeviations!.slice(),
			...(keep ? { batchMeans } : {}),
		}),
		snapshot: () => ({
			draws: count,
			total: total!.slice(),
			filled,
			current: current!.slice(),
			batches,
			batchMean: batchMean!.slice(),
			squaredDeviations: squaredDeviations!.slice(),
			batchMeans: [...batchMeans],
		}),
		restore(state) {
			count = state.draws;
			filled = state.filled;
			batches = state.batches;
			total!.set(state.total);
			current!.set(state.current);
			batchMean!.set(state.batchMean);
			squaredDeviations!.set(state.squaredDeviations);
			batchMeans = [...state.batchMeans];
		},
	};
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
