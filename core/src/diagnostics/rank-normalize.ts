import { inverseNormal } from "./inverse-normal.ts";
import { pooled, sortedQuantile } from "./moments.ts";

/**
 * Replaces every draw by the normal score of its rank among all S draws of all chains: z = Phi^-1((r - 3/8) / (S + 1/4)),
 * ties sharing their average rank. Makes R-hat and bulk ESS meaningful for heavy tails and infinite variances.
 *
 * Vehtari, Gelman, Simpson, Carpenter, Buerkner 2021, Bayesian Analysis 16:667 (arXiv 1903.08008), equation 14.
 */
export function rankNormalize(chains: readonly Float64Array[]): Float64Array[] {
	const sorted = pooled(chains).sort();
	const score = new Map<number, number>();
	for (let start = 0; start < sorted.length; ) {
		let end = start + 1;
		while (end < sorted.length && sorted[end] === sorted[start]) end++;
		const averageRank = (start + 1 + end) / 2;
		score.set(sorted[start]!, inverseNormal((averageRank - 0.375) / (sorted.length + 0.25)));
		start = end;
	}
	return chains.map((chain) => chain.map((x) => score.get(x)!));
}

/** |draw - median of all draws|: turns a difference of scale between chains into a difference of location (section 4.2 of the same paper). */
export function fold(chains: readonly Float64Array[]): Float64Array[] {
	const median = sortedQuantile(pooled(chains).sort(), 0.5);
	return chains.map((chain) => chain.map((x) => Math.abs(x - median)));
}
