/** Long jumps along a xoshiro256++ stream (Blackman and Vigna 2021, ACM TOMS 47:36, section 5). */
import type { RandomState } from "../engine.ts";
import { nextWord } from "../reference/random.ts";

/** x^(2^128) modulo the characteristic polynomial of the generator, lowest coefficient first. */
const JUMP = [0x180ec6d33cfd0aban, 0xd5a61266f0c9392cn, 0xa9582618e03fc9aan, 0x39abdc4529b1661cn];
/** x^(2^192) modulo the characteristic polynomial. */
const LONG_JUMP = [0x76e15d3efefdcbbfn, 0xc5004e441c522fb3n, 0x77710069854ee241n, 0x39109bb02acbe635n];

/** The state 2^128 draws later: 2^128 streams that cannot overlap. Does not advance `state`. */
export function jump(state: RandomState): RandomState {
	return applyPolynomial(state, JUMP);
}

/** The state 2^192 draws later: starting points for 2^64 families of `jump`s. Does not advance `state`. */
export function longJump(state: RandomState): RandomState {
	return applyPolynomial(state, LONG_JUMP);
}

function applyPolynomial(state: RandomState, polynomial: readonly bigint[]): RandomState {
	const walker = state.slice();
	const result = new Uint32Array(8);
	for (const coefficients of polynomial) {
		for (let bit = 0n; bit < 64n; bit++) {
			if ((coefficients >> bit) & 1n) {
				for (let i = 0; i < 8; i++) result[i]! ^= walker[i]!;
			}
			nextWord(walker);
		}
	}
	return result;
}
