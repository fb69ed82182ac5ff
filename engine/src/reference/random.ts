/** xoshiro256++ in BigInt arithmetic: slow, exact, the oracle of the WebAssembly generator. */
import type { RandomState } from "../engine.ts";
import { ZIGGURAT_HEIGHTS, ZIGGURAT_WIDTHS } from "./ziggurat-table.ts";

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

/**
 * Standard normal by the 256-layer ziggurat (Marsaglia and Tsang 2000, J. Stat. Softw. 5(8)): layer in the low 8 bits of a
 * word, signed position within the layer's width in the upper 54. The same draws as the WebAssembly engine, to the bit
 * except in the tail (one draw in 4000), where the last bit is that of the platform's Math.log.
 */
export function nextNormal(state: RandomState): number {
	for (;;) {
		const word = nextWord(state);
		const layer = Number(word & 255n);
		const x = Number(BigInt.asIntN(64, word) >> 10n) * 2 ** -53 * ZIGGURAT_WIDTHS[layer]!;
		if (Math.abs(x) < ZIGGURAT_WIDTHS[layer + 1]!) return x;
		if (layer === 0) return x < 0 ? -nextInTail(state) : nextInTail(state);
		const low = ZIGGURAT_HEIGHTS[layer]!;
		const high = ZIGGURAT_HEIGHTS[layer + 1]!;
		if (low + nextUniform(state) * (high - low) < Math.exp(-0.5 * x * x)) return x;
	}
}

/** A normal beyond the last layer, by Marsaglia's exponential majorant. */
function nextInTail(state: RandomState): number {
	const start = ZIGGURAT_WIDTHS[1]!;
	for (;;) {
		const a = -Math.log(1 - nextUniform(state)) / start;
		const b = -Math.log(1 - nextUniform(state));
		if (2 * b > a * a) return start + a;
	}
}
