/** MT19937 (Matsumoto and Nishimura 1998), seeded by `init_genrand`: the generator behind the published notebook's data. */
export function mersenneTwister(seed: number): () => number {
	const state = new Uint32Array(624);
	state[0] = seed;
	for (let i = 1; i < 624; i++) {
		const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
		state[i] = Math.imul(1812433253, previous) + i;
	}
	let next = 624;
	const regenerate = () => {
		for (let i = 0; i < 624; i++) {
			const y = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff);
			state[i] = state[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
		}
		next = 0;
	};
	return () => {
		if (next === 624) regenerate();
		let y = state[next++]!;
		y ^= y >>> 11;
		y ^= (y << 7) & 0x9d2c5680;
		y ^= (y << 15) & 0xefc60000;
		return (y ^ (y >>> 18)) >>> 0;
	};
}
