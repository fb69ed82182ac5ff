/** Draws over a power of two. */
export interface ScaledChains {
	readonly chains: readonly Float64Array[];
	/** What they were divided by. */
	readonly scale: number;
}

/**
 * The draws over the power of two at or below their largest magnitude, so that no square or product of them overflows or
 * vanishes: a log density of -1e290 has diagnostics too. A power of two changes no bit of what is computed otherwise.
 */
export function toUnitScale(chains: readonly Float64Array[]): ScaledChains {
	let top = 0;
	for (const chain of chains) for (const x of chain) top = Math.max(top, Math.abs(x));
	if (top === 0) return { chains, scale: 1 };
	const scale = 2 ** Math.floor(Math.log2(top));
	return { chains: chains.map((chain) => chain.map((x) => x / scale)), scale };
}
