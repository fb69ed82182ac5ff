import { mean } from "./moments.ts";

/** The chain minus its mean. */
export function centered(chain: Float64Array): Float64Array {
	const center = mean(chain);
	return chain.map((x) => x - center);
}

/** Autocovariance of a centered chain at one lag, with the biased normalization 1/n that keeps the sequence positive definite. */
export function autocovariance(centeredChain: Float64Array, lag: number): number {
	const n = centeredChain.length;
	let sum = 0;
	for (let i = lag; i < n; i++) sum += centeredChain[i]! * centeredChain[i - lag]!;
	return sum / n;
}
