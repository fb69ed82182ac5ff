import { describe, expect, test } from "vitest";
import { createEngine, type Engine, jump, longJump, seedStream, splitStream } from "../src/index.ts";
import { nextWord } from "../src/reference/random.ts";
import { engines } from "./engines.ts";

type Fill = "fillUniform" | "fillNormal";

function draw(engine: Engine, fill: Fill, count: number, state = seedStream(20240607)): Float64Array {
	const mark = engine.mark();
	const out = engine.allocate(count);
	engine[fill](state, out);
	const result = out.data.slice();
	engine.release(mark);
	return result;
}

const wasm = await createEngine({ engine: "wasm" });
const reference = await createEngine({ engine: "reference" });

/** Standard normal distribution function by the tested erf of the reference. */
function normalCdf(x: Float64Array): Float64Array {
	const scaled = wasm.allocate(x.length);
	scaled.data.set(x.map((value) => value / Math.SQRT2));
	wasm.erf(scaled, scaled);
	return scaled.data.map((value) => (1 + value) / 2);
}

/** sqrt(n) times the largest distance between the empirical distribution of values that should be uniform and the diagonal. */
function kolmogorovSmirnov(uniforms: Float64Array): number {
	const sorted = uniforms.slice().sort();
	const n = sorted.length;
	let distance = 0;
	sorted.forEach((value, i) => {
		distance = Math.max(distance, (i + 1) / n - value, value - i / n);
	});
	return Math.sqrt(n) * distance;
}

/** Chi-square of counts against equal expectations, as a z value (Wilson and Hilferty 1931). */
function chiSquareZ(uniforms: Float64Array, cells: number): number {
	const counts = new Float64Array(cells);
	for (const value of uniforms) counts[Math.floor(value * cells)]!++;
	const expected = uniforms.length / cells;
	const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
	const df = cells - 1;
	return (Math.cbrt(chiSquare / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
}

const mean = (x: Float64Array, power: number) => x.reduce((sum, value) => sum + value ** power, 0) / x.length;

// Fixed seeds make every statistic below a constant: |z| < 4 (or its like) says that it is not among the 6e-5 most extreme.
const Z_BOUND = 4;
const COUNT = 1_000_000;

test("xoshiro256++ gives the published words from state 1, 2, 3, 4", () => {
	const state = Uint32Array.from([1, 0, 2, 0, 3, 0, 4, 0]);
	// The test vector of the authors' C code, as found in ports of it.
	expect(Array.from({ length: 10 }, () => nextWord(state))).toEqual([
		41943041n,
		58720359n,
		3588806011781223n,
		3591011842654386n,
		9228616714210784205n,
		9973669472204895162n,
		14011001112246962877n,
		12406186145184390807n,
		15849039046786891736n,
		10450023813501588000n,
	]);
});

/** The state as one 256-bit integer, and back. */
const toInteger = (state: Uint32Array) => state.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
const fromInteger = (bits: bigint) =>
	Uint32Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(32 * i)) & 0xffffffffn));

test("jump and longJump are 2^128 and 2^192 steps", () => {
	// One step is linear over GF(2): column i of its matrix is the successor of the state with bit i alone.
	let columns = Array.from({ length: 256 }, (_, i) => {
		const state = fromInteger(1n << BigInt(i));
		nextWord(state);
		return toInteger(state);
	});
	const apply = (matrix: readonly bigint[], vector: bigint) => {
		let result = 0n;
		for (let i = 0, rest = vector; rest !== 0n; i++, rest >>= 1n) if (rest & 1n) result ^= matrix[i]!;
		return result;
	};
	const start = seedStream(3);
	for (let squarings = 1; squarings <= 192; squarings++) {
		const matrix = columns;
		columns = matrix.map((column) => apply(matrix, column));
		if (squarings === 128) expect(jump(start)).toEqual(fromInteger(apply(columns, toInteger(start))));
	}
	expect(longJump(start)).toEqual(fromInteger(apply(columns, toInteger(start))));
	expect(start).toEqual(seedStream(3));
});

describe.each(engines)("random numbers of the %s engine", (_, engine) => {
	test("uniforms are those of the reference to the bit, and so is the state after them", () => {
		const state = seedStream(1);
		const expected = seedStream(1);
		expect(draw(engine, "fillUniform", 5001, state)).toEqual(draw(reference, "fillUniform", 5001, expected));
		expect(state).toEqual(expected);
	});

	test("normals are those of the reference to the bit, in the tail to the last bits of log", () => {
		const state = seedStream(2);
		const expected = seedStream(2);
		const got = draw(engine, "fillNormal", 40_000, state);
		const want = draw(reference, "fillNormal", 40_000, expected);
		expect(state).toEqual(expected);
		const tail = 3.654152885361009;
		expect(want.some((value) => Math.abs(value) > tail)).toBe(true);
		for (let i = 0; i < want.length; i++) {
			// Two logs that differ by one unit in the last place, divided and added to 3.65: at most 2 units of 4.4e-16.
			const allowed = Math.abs(want[i]!) > tail ? 9e-16 : 0;
			if (Math.abs(got[i]! - want[i]!) > allowed) expect([i, got[i]]).toEqual([i, want[i]]);
		}
	});

	test("a fill continues where the last one stopped", () => {
		for (const fill of ["fillUniform", "fillNormal"] as const) {
			const state = seedStream(5);
			const parts = [...draw(engine, fill, 3, state), ...draw(engine, fill, 4, state)];
			expect(parts).toEqual(Array.from(draw(engine, fill, 7, seedStream(5))));
		}
	});
});

describe("a million uniforms", () => {
	const x = draw(wasm, "fillUniform", COUNT);

	test("lie in [0, 1) on multiples of 2^-53", () => {
		expect(x.every((value) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 53))).toBe(true);
		expect(x.some((value) => !Number.isInteger(value * 2 ** 52))).toBe(true);
	});

	test("pass Kolmogorov-Smirnov and chi-square", () => {
		// P(sqrt(n) D > 2.2) = 2 exp(-2 2.2^2) = 1.3e-4.
		expect(kolmogorovSmirnov(x)).toBeLessThan(2.2);
		expect(Math.abs(chiSquareZ(x, 1000))).toBeLessThan(Z_BOUND);
	});

	test("fill the square of successive pairs evenly", () => {
		const cells = x.filter((_, i) => i % 2 === 0).map((a, i) => (Math.floor(a * 32) + x[2 * i + 1]!) / 32);
		expect(Math.abs(chiSquareZ(cells, 1024))).toBeLessThan(Z_BOUND);
	});
});

describe("a million normals", () => {
	const x = draw(wasm, "fillNormal", COUNT);

	test("have the moments of a standard normal", () => {
		// Variance of x^k is (2k - 1)!! - E[x^k]^2.
		const moments = [
			[1, 0, 1],
			[2, 1, 2],
			[3, 0, 15],
			[4, 3, 96],
			[6, 15, 10395 - 225],
		] as const;
		for (const [power, expected, variance] of moments) {
			expect(Math.abs(mean(x, power) - expected) / Math.sqrt(variance / COUNT)).toBeLessThan(Z_BOUND);
		}
	});

	test("pass Kolmogorov-Smirnov and chi-square", () => {
		const uniforms = normalCdf(x);
		expect(kolmogorovSmirnov(uniforms)).toBeLessThan(2.2);
		// 4000 cells are narrow against the 256 layers: an error in one wedge would show.
		expect(Math.abs(chiSquareZ(uniforms, 4000))).toBeLessThan(Z_BOUND);
	});

	test("are as frequent beyond 3.65 (the ziggurat's tail), 4 and 4.5 as they should be, on both sides", () => {
		// P(x > t) for a standard normal.
		const tails = [
			[3.654152885361009, 1.2902e-4],
			[4, 3.1671e-5],
			[4.5, 3.3977e-6],
		] as const;
		for (const [threshold, probability] of tails) {
			for (const sign of [1, -1]) {
				const count = x.reduce((sum, value) => sum + (sign * value > threshold ? 1 : 0), 0);
				const expected = COUNT * probability;
				// Counts are Poisson. Where only 3.4 are expected the normal bound is too narrow: P(count > 13) = 1.4e-5.
				expect(Math.abs(count - expected)).toBeLessThan(Math.max(Z_BOUND * Math.sqrt(expected), 10));
			}
		}
	});

	test("are independent of their neighbors, also in size", () => {
		for (const f of [(v: number) => v, (v: number) => (v * v - 1) / Math.SQRT2]) {
			for (const lag of [1, 2, 3]) {
				let sum = 0;
				for (let i = lag; i < COUNT; i++) sum += f(x[i]!) * f(x[i - lag]!);
				expect(Math.abs(sum) / Math.sqrt(COUNT - lag)).toBeLessThan(Z_BOUND);
			}
		}
	});
});

describe("split streams", () => {
	const count = 100_000;
	const parent = seedStream(11);
	const streams = [parent, ...[0, 1, 2, 1000].map((index) => splitStream(parent, index))];
	streams.push(splitStream(streams[1]!, 0), jump(parent), seedStream(12));
	const draws = streams.map((state) => draw(wasm, "fillNormal", count, state.slice()));

	test("are uncorrelated with one another", () => {
		for (let i = 0; i < draws.length; i++) {
			for (let j = 0; j < i; j++) {
				const sum = draws[i]!.reduce((total, value, k) => total + value * draws[j]![k]!, 0);
				expect(Math.abs(sum) / Math.sqrt(count)).toBeLessThan(Z_BOUND);
			}
		}
	});

	test("are normal together: the first draws of many children", () => {
		const first = Float64Array.from(
			{ length: 20_000 },
			(_, index) => draw(wasm, "fillUniform", 1, splitStream(parent, index))[0]!,
		);
		expect(kolmogorovSmirnov(first)).toBeLessThan(2.2);
		expect(Math.abs(chiSquareZ(first, 100))).toBeLessThan(Z_BOUND);
	});

	test("do not advance the parent and differ by index", () => {
		expect(parent).toEqual(seedStream(11));
		expect(splitStream(parent, 7)).toEqual(splitStream(parent, 7));
		expect(splitStream(parent, 7)).not.toEqual(splitStream(parent, 8));
	});

	test("bad seeds and indices are refused", () => {
		expect(() => seedStream(-1)).toThrow(
			new RangeError("seed: wanted an integer from 0 to 2^53 - 1; got -1."),
		);
		expect(() => seedStream(0.5)).toThrow(
			new RangeError("seed: wanted an integer from 0 to 2^53 - 1; got 0.5."),
		);
		expect(() => splitStream(parent, -1)).toThrow(
			new RangeError("splitStream: wanted an index from 0 to 2^53 - 1; got -1."),
		);
	});
});
