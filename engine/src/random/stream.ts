/** Seeded, splittable xoshiro256++ streams (Blackman and Vigna 2021, ACM TOMS 47:36). */
import type { RandomState } from "../engine.ts";

const MASK = (1n << 64n) - 1n;

function splitMix64(counter: bigint): bigint {
	let z = counter & MASK;
	z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
	z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
	return z ^ (z >> 31n);
}

const GOLDEN = 0x9e3779b97f4a7c15n;

function fromCounter(start: bigint): RandomState {
	const state = new Uint32Array(8);
	for (let i = 0; i < 4; i++) {
		const word = splitMix64(start + BigInt(i + 1) * GOLDEN);
		state[2 * i] = Number(word & 0xffffffffn);
		state[2 * i + 1] = Number(word >> 32n);
	}
	return state;
}

/** A stream from a seed a user can type: an integer from 0 to 2^53 - 1. @throws RangeError for anything else. */
export function seedStream(seed: number): RandomState {
	if (!Number.isSafeInteger(seed) || seed < 0) {
		throw new RangeError(`seed: wanted an integer from 0 to 2^53 - 1; got ${seed}.`);
	}
	return fromCounter(splitMix64(BigInt(seed)));
}

/** The child stream number `index` of a stream, statistically independent of it and of its other children. Does not advance `state`.
 * @throws RangeError unless `index` is an integer from 0 to 2^53 - 1. */
export function splitStream(state: RandomState, index: number): RandomState {
	if (!Number.isSafeInteger(index) || index < 0) {
		throw new RangeError(`splitStream: wanted an index from 0 to 2^53 - 1; got ${index}.`);
	}
	let hash = BigInt(index) + 1n;
	for (let i = 0; i < 4; i++) {
		const word = (BigInt(state[2 * i + 1]!) << 32n) | BigInt(state[2 * i]!);
		hash = splitMix64((hash * GOLDEN) ^ word);
	}
	return fromCounter(hash);
}
