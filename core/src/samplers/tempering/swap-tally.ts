/** Exchanges between neighbouring rungs; plain data. */
export interface SwapTally {
	/** For each pair: offers, and the sum of their acceptance probabilities. */
	readonly offers: readonly number[];
	readonly acceptance: readonly number[];
	/** Replicas that came from the prior to the cold rung. */
	readonly arrivals: number;
}

export function freshTally(pairs: number): SwapTally {
	const zeros = Array.from({ length: pairs }, () => 0);
	return { offers: zeros, acceptance: zeros, arrivals: 0 };
}

/** One more offer to a pair. @param arrived a replica from the prior is on the cold rung now */
export function countOffer(tally: SwapTally, pair: number, acceptance: number, arrived: boolean): SwapTally {
	return {
		offers: tally.offers.map((offers, i) => offers + (i === pair ? 1 : 0)),
		acceptance: tally.acceptance.map((sum, i) => sum + (i === pair ? acceptance : 0)),
		arrivals: tally.arrivals + (arrived ? 1 : 0),
	};
}

/** Mean acceptance probability of each pair; of a pair without offers 0. */
export function swapRates({ offers, acceptance }: SwapTally): number[] {
	return acceptance.map((sum, i) => sum / Math.max(offers[i]!, 1));
}

/** Mean rejection probability of each pair with one rejection and one acceptance added, so that none is 0 or 1 by chance. */
export function rejectionRates({ offers, acceptance }: SwapTally): number[] {
	return acceptance.map((sum, i) => (offers[i]! - sum + 1) / (offers[i]! + 2));
}
