import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Block, FloatArray } from "../src/engine.ts";
import { EngineError } from "../src/index.ts";
import { scoped } from "../src/linalg/operations.ts";
import { view } from "../src/view.ts";
import { engines } from "./engines.ts";
import type { randomMatrix } from "./linalg-support.ts";
import { productChecks } from "./product-checks.ts";

/** Distance from 1 to the next larger float32. */
const EPS = 2 ** -23;

type Table = readonly (readonly [x: number, value: number])[];
const tables: Record<string, Table> = JSON.parse(
	readFileSync(new URL("../../fixtures/special-functions.json", import.meta.url), "utf8"),
);

/** A matrix of float32 numbers. */
const rounded = (m: ReturnType<typeof randomMatrix>) => ({ ...m, data: m.data.map(Math.fround) });

/** At most k + 2 roundings of relative size EPS / 2 in every term (Higham 2002, section 3.1), whatever the order. */
const roundings = (k: number) => ((k + 2) / 2) * EPS;

describe.each(engines)("float32 on %s", (_, engine) => {
	const { float32 } = engine;

	const checks = productChecks(engine, float32, rounded, roundings);

	test("gemm agrees with plain loops for all sizes, strides, alpha and beta; beta = 0 never reads C", () => {
		checks.gemmProperty(40, 100);
	});

	test.each([
		[4, 8, 256],
		[5, 9, 257],
		[97, 17, 30],
		[6, 1025, 5],
		[1, 300, 290],
		[300, 1, 290],
	])("gemm of %i x %i, depth %i, around the block edges", (m, n, k) => {
		checks.gemm([m, n, k], 1, 0, ["row-major", "row-major", "row-major"]);
		checks.gemm([m, n, k], -0.5, 1.5, ["column-major", "padded", "column-major"]);
	});

	test("syrk writes the lower triangle only, for all sizes, strides, alpha and beta", () => {
		checks.syrkProperty(40, 60);
	});

	test.each([
		[97, 257],
		[133, 40],
	])("syrk of order %i, depth %i, around the block edges", (n, k) => {
		checks.syrk(n, k, 1, 0, ["row-major", "row-major"]);
		checks.syrk(n, k, -1, 1, ["column-major", "padded"]);
	});

	function evaluate(name: "exp" | "log" | "erf" | "tanh" | "erfDerivative", x: readonly number[]): number[] {
		return scoped(engine, () => {
			const input = float32.allocate(x.length);
			const out = float32.allocate(x.length);
			input.data.set(x);
			if (name === "erfDerivative") float32.erfWithDerivative(input, float32.allocate(x.length), out);
			else float32[name](input, out);
			return Array.from(out.data);
		});
	}

	// Two polynomials of six terms, a product and a quotient in float32, and coefficients that are rounded to it.
	test.each(["erf", "tanh"] as const)("%s is within 8 units of 2^-24 of float64, relatively", (name) => {
		const table = tables[name]!.filter(([, value]) => Math.abs(value) > 2 ** -120);
		const x = table.map(([value]) => Math.fround(value));
		const wanted = scoped(engine, () => {
			const block = engine.allocate(x.length);
			block.data.set(x);
			engine[name](block, block);
			return block.data.slice();
		});
		const errors = evaluate(name, x).map((value, i) => Math.abs(value / wanted[i]! - 1));
		expect(Math.max(...errors)).toBeLessThanOrEqual(8 * 2 ** -24);
	});

	// The engine's float64 functions are within 2 units of 2^-53: hardly ever does that change the nearest float32.
	test.each(["exp", "log"] as const)("%s is that of float64, rounded", (name) => {
		const x = Array.from({ length: 1001 }, (_, i) =>
			Math.fround(name === "exp" ? i / 5 - 100 : 1.2 ** (i - 500)),
		);
		const wanted = x.map((value) => Math.fround(Math[name](value)));
		const errors = evaluate(name, x).map((value, i) => (value === wanted[i] ? 0 : value / wanted[i]! - 1));
		expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(2 ** -23);
		expect(errors.filter((error) => error !== 0).length).toBeLessThanOrEqual(1);
	});

	test("the derivative of erf keeps its relative accuracy in the tails", () => {
		// As in float64: x^2 2^-24 from rounding x^2; 6 is for exp and the factor. exp(-x^2) is subnormal beyond 9.34.
		const x = Array.from({ length: 1861 }, (_, i) => Math.fround((i - 930) / 100));
		const wanted = x.map((h) => (2 / Math.sqrt(Math.PI)) * Math.exp(-h * h));
		const errors = evaluate("erfDerivative", x).map(
			(value, i) => Math.abs(value / wanted[i]! - 1) / ((x[i]! ** 2 + 6) * 2 ** -24),
		);
		expect(Math.max(...errors)).toBeLessThanOrEqual(1);
	});

	test("special arguments give the limits", () => {
		const x = [0, -0, Infinity, -Infinity, Number.NaN];
		expect(evaluate("exp", x)).toEqual([1, 1, Infinity, 0, Number.NaN]);
		expect(evaluate("log", x)).toEqual([-Infinity, -Infinity, Infinity, Number.NaN, Number.NaN]);
		expect(evaluate("tanh", x)).toEqual([0, -0, 1, -1, Number.NaN]);
		expect(evaluate("erf", x)).toEqual([0, -0, 1, -1, Number.NaN]);
		const slope = Math.fround(2 / Math.sqrt(Math.PI));
		expect(evaluate("erfDerivative", x)).toEqual([slope, slope, 0, 0, Number.NaN]);
		expect(evaluate("erfDerivative", [20, -1e30])).toEqual([0, 0]);
	});

	test("erf and tanh are odd to the bit and bounded; a lane does not see its neighbor, nor an element its place", () => {
		const x = [0.3, 800, 0.3, -0.3, Number.NaN, 0.3, 3.9, 3.95, 8.99, 9.01, 1e-30];
		for (const name of ["exp", "log", "erf", "tanh", "erfDerivative"] as const) {
			const together = evaluate(name, x);
			expect(together).toEqual(x.map((value) => evaluate(name, [value])[0]));
			if (name !== "erf" && name !== "tanh") continue;
			expect(together.every((value) => !(Math.abs(value) > 1))).toBe(true);
			const negated = x.map((value) => -value);
			expect(evaluate(name, negated)).toEqual(together.map((value) => -value));
		}
	});

	test("conversions round to the nearest float32 and back exactly", () => {
		scoped(engine, () => {
			const x = [1 / 3, -1e-50, 1e39, 3, -0, Number.NaN, 2 ** -140, 1 + 2 ** -24, 1 + 3 * 2 ** -24];
			const [double, single, back] = [engine.allocate(9), float32.allocate(9), engine.allocate(9)];
			double.data.set(x);
			float32.fromDouble(double, single);
			expect(Array.from(single.data)).toEqual(x.map(Math.fround));
			float32.toDouble(single, back);
			expect(Array.from(back.data)).toEqual(x.map(Math.fround));
		});
	});

	test("blocks are zero-filled float32 numbers, slices the same memory", () => {
		scoped(engine, () => {
			const block = float32.allocate(7);
			expect(block.data).toEqual(new Float32Array(7));
			block.slice(2, 4).slice(1, 2).data[0] = 0.1;
			expect(block.data[3]).toBe(Math.fround(0.1));
			expect(() => block.slice(5, 3)).toThrow(new EngineError("slice: wanted [5, 8) within 0..7."));
			expect(() => float32.allocate(-1)).toThrow(
				new EngineError("allocate: wanted a whole number of float32 numbers; got -1."),
			);
		});
	});

	test("what does not fit is refused", () => {
		scoped(engine, () => {
			const block = float32.allocate(4);
			const a = view(block, 2, 2);
			expect(() => float32.gemm(1, { ...a, rows: 3 }, a, 0, { ...a, rows: 3 })).toThrow(
				new RangeError("view: a 3 x 2 view reaches from 0 to 5 in a block of 4 numbers."),
			);
			expect(() => float32.erf(block, block.slice(0, 3))).toThrow(
				new RangeError("erf: wanted 4 outputs; got 3."),
			);
			expect(() => float32.fromDouble(engine.allocate(2), block)).toThrow(
				new RangeError("fromDouble: wanted 2 outputs; got 4."),
			);
		});
	});

	test.skipIf(engine.id === "reference")("blocks of the other precision are refused", () => {
		scoped(engine, () => {
			const [single, double]: Block<FloatArray>[] = [float32.allocate(4), engine.allocate(4)];
			expect(() => engine.erf(single as Block, double as Block)).toThrow(
				new EngineError("block: wanted float64; got float32. Convert the numbers."),
			);
			expect(() => float32.erf(double as Block<Float32Array>, single as Block<Float32Array>)).toThrow(
				new EngineError("block: wanted float32; got float64. Convert the numbers."),
			);
		});
	});
});
