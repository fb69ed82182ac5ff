/** xoshiro256++ in BigInt arithmetic: slow, exact, the oracle of the WebAssembly generator. */
import type { RandomState } from "../engine.ts";

const MASK = (1n << 64n) - 1n;
const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (64n - k))) & MASK;

/** The next 64 random bits; advances `state`. */
export function nextWord(state: RandomState): bigint {
	const s = [0, 1, 2, 3].map((i) => (BigInt(state[2 * i + 1]!) << 32n) | BigInt(state[2 * i]!)) as [
		bigint,
		bigint,
		bigint,
		bigint,
	];
	const result = (rotl((s[0] + s[3]) & MASK, 23n) + s[0]) & MASK;
	const t = (s[1] << 17n) & MASK;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45n);
	s.forEach((word, i) => {
		state[2 * i] = Number(word & 0xffffffffn);
		state[2 * i + 1] = Number(word >> 32n);
	});
	return result;
}

/** Uniform in [0, 1). */
export function nextUniform(state: RandomState): number {
	return Number(nextWord(state) >> 11n) * 2 ** -53;
}

/** Standard normal (polar method; to be the same ziggurat as the WebAssembly engine). */
export function nextNormal(state: RandomState): number {
	for (;;) {
		const u = 2 * nextUniform(state) - 1;
		const v = 2 * nextUniform(state) - 1;
		const s = u * u + v * v;
		if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
	}
}
