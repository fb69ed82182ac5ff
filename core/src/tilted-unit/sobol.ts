/** Scrambled Sobol points as standard normal vectors. */
import type { Engine, RandomState } from "@finitude/engine";
import { uniforms } from "../data/random.ts";
import { inverseNormal } from "../diagnostics/inverse-normal.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { DIRECTION_NUMBERS } from "./sobol-directions.ts";

/** The dimensions that direction numbers are tabulated for. */
export const SOBOL_DIMENSIONS = DIRECTION_NUMBERS.length + 1;

const BITS = 32;

/**
 * 2^log2Count points of the Sobol sequence with a random linear scramble and a random digital shift, mapped to N(0, I_r) by
 * the normal quantile function. Every scramble gives an unbiased average, so the spread of independent scrambles is its
 * standard error.
 *
 * Sobol 1967; scramble: Matousek 1998, J. Complexity 14:527 (lower triangular matrices over GF(2), one a coordinate).
 *
 * @param stream of the scramble; advanced
 * @throws RangeError above SOBOL_DIMENSIONS dimensions or 2^31 points.
 */
export function sobolRule(
	engine: Engine,
	dimension: number,
	log2Count: number,
	stream: RandomState,
): IntegrationRule {
	if (dimension > SOBOL_DIMENSIONS || log2Count > 31) {
		throw new RangeError(
			`sobolRule: wanted at most ${SOBOL_DIMENSIONS} dimensions and 2^31 points; got ${dimension} and 2^${log2Count}.`,
		);
	}
	const count = 2 ** log2Count;
	const words = randomWords(engine, stream, dimension * (BITS + 1));
	const directions = Array.from({ length: dimension }, (_, k) =>
		scrambled(directionsOf(k), words.subarray(k * (BITS + 1), k * (BITS + 1) + BITS)),
	);
	const shifts = Uint32Array.from({ length: dimension }, (_, k) => words[k * (BITS + 1) + BITS]!);
	return {
		kind: "sobol",
		dimension,
		count,
		*chunks(size) {
			const digits = shifts.slice();
			for (let first = 0; first < count; first += size) {
				const length = Math.min(size, count - first);
				const points = new Float64Array(dimension * length);
				// One coordinate after the other, each through the whole chunk.
				for (let k = 0; k < dimension; k++) {
					digits[k] = fillCoordinate(
						points.subarray(k * length, (k + 1) * length),
						first,
						digits[k]!,
						directions[k]!,
					);
				}
				yield { points, weights: new Float64Array(length).fill(1 / count), count: length };
			}
		},
	};
}

/** Points `first`, `first + 1`, ... of one coordinate. @returns the digits of the point after the last */
function fillCoordinate(points: Float64Array, first: number, start: number, directions: Uint32Array): number {
	let digits = start;
	for (let i = 0; i < points.length; i++) {
		// The middle of the interval that 32 digits leave: never 0 or 1.
		points[i] = inverseNormal(((digits >>> 0) + 0.5) / 2 ** BITS);
		// Gray code order (Antonov and Saleev 1979): one direction number turns point s into point s + 1.
		digits ^= directions[trailingOnes(first + i)]!;
	}
	return digits >>> 0;
}

function trailingOnes(s: number): number {
	return 31 - Math.clz32(~s & (s + 1));
}

/** The 32 direction numbers of coordinate k, the first binary digit in the highest bit. */
function directionsOf(k: number): Uint32Array {
	const v = new Uint32Array(BITS);
	if (k === 0) return v.map((_, i) => 2 ** (BITS - 1 - i));
	const [polynomial, ...initial] = DIRECTION_NUMBERS[k - 1]! as [number, ...number[]];
	const degree = initial.length;
	for (let i = 0; i < BITS; i++) {
		if (i < degree) {
			v[i] = initial[i]! * 2 ** (BITS - 1 - i);
			continue;
		}
		let next = v[i - degree]! ^ (v[i - degree]! >>> degree);
		for (let j = 1; j < degree; j++) if ((polynomial >>> (degree - j)) & 1) next ^= v[i - j]!;
		v[i] = next;
	}
	return v;
}

/** L v for every direction number v: L is lower triangular with unit diagonal; row b of it has random digits before b. */
function scrambled(directions: Uint32Array, words: Uint32Array): Uint32Array {
	const rows = words.map((word, b) => {
		const diagonal = 2 ** (BITS - 1 - b);
		// Digits above the diagonal bit are random, those below are 0.
		return ((word & ~(2 * diagonal - 1)) | diagonal) >>> 0;
	});
	return directions.map((v) => {
		let result = 0;
		for (let b = 0; b < BITS; b++) result |= parity(rows[b]! & v) << (BITS - 1 - b);
		return result >>> 0;
	});
}

function parity(x: number): number {
	let folded = x ^ (x >>> 16);
	folded ^= folded >>> 8;
	folded ^= folded >>> 4;
	folded ^= folded >>> 2;
	return (folded ^ (folded >>> 1)) & 1;
}

function randomWords(engine: Engine, stream: RandomState, count: number): Uint32Array {
	return Uint32Array.from(uniforms(engine, stream, count), (u) => Math.floor(u * 2 ** BITS));
}
