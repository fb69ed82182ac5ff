/** Each chain as its first and its last half, so that a trend within a chain shows as a difference between chains. The
 * middle draw of an odd number is left out. */
export function splitChains(chains: readonly Float64Array[]): Float64Array[] {
	return chains.flatMap((chain) => {
		const half = Math.floor(chain.length / 2);
		return [chain.subarray(0, half), chain.subarray(chain.length - half)];
	});
}

/** Whether the chain keeps one value. */
export function isConstant(chain: Float64Array): boolean {
	return chain.every((x) => x === chain[0]);
}
