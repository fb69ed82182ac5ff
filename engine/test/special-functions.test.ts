import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { engines } from "./engines.ts";

type Table = readonly (readonly [x: number, value: number])[];
const tables: Record<string, Table> = JSON.parse(
	readFileSync(new URL("../../fixtures/special-functions.json", import.meta.url), "utf8"),
);

const names = ["exp", "log", "asin", "tanh", "erf"] as const;
type Name = (typeof names)[number] | "erfDerivative";

function evaluate(engine: Engine, name: Name, x: readonly number[]): number[] {
	const mark = engine.mark();
	const input = engine.allocate(x.length);
	const out = engine.allocate(x.length);
	input.data.set(x);
	if (name === "erfDerivative") engine.erfWithDerivative(input, engine.allocate(x.length), out);
	else engine[name](input, out);
	const result = Array.from(out.data);
	engine.release(mark);
	return result;
}

function worstError(engine: Engine, name: Name, unit: (value: number) => number): number {
	const table = tables[name]!;
	const got = evaluate(
		engine,
		name,
		table.map(([x]) => x),
	);
	return Math.max(
		...table.map(([, value], i) => (got[i] === value ? 0 : Math.abs(got[i]! - value) / unit(value))),
	);
}

/** Distance from |value| to the next larger float64. */
function ulp(value: number): number {
	const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -1022);
	return 2 ** Math.max(exponent - 52, -1074);
}

describe.each(engines)("special functions of the %s engine", (_, engine) => {
	test.each(["exp", "log"] as const)("%s is within 2 units in the last place of the table", (name) => {
		expect(worstError(engine, name, ulp)).toBeLessThanOrEqual(2);
	});

	test.each(["erf", "erfDerivative", "asin", "tanh"] as const)("%s is within 1e-15 of the table", (name) => {
		expect(worstError(engine, name, () => 1)).toBeLessThan(1e-15);
	});

	// 4 units: argument reduction, polynomial and final rounding each contribute one or two. The relative error matters
	// near 0, where 1e-15 absolute would allow a slope of anything.
	test.each(["erf", "asin", "tanh"] as const)("%s keeps its relative accuracy near 0", (name) => {
		expect(worstError(engine, name, ulp)).toBeLessThanOrEqual(4);
	});

	test("the derivative of erf keeps its relative accuracy in the tails", () => {
		// Rounding x^2 to a part in 2^53 changes exp(-x^2) by x^2 2^-53; 6 is for exp, the factor and the table.
		const table = tables.erfDerivative!.filter(([, value]) => value > 2 ** -1022);
		const got = evaluate(
			engine,
			"erfDerivative",
			table.map(([x]) => x),
		);
		const errors = table.map(([x, value], i) => Math.abs(got[i]! / value - 1) / ((x * x + 6) * 2 ** -53));
		expect(Math.max(...errors)).toBeLessThanOrEqual(1);
	});

	test("special arguments give the limits", () => {
		const x = [0, -0, Infinity, -Infinity, Number.NaN];
		expect(evaluate(engine, "exp", x)).toEqual([1, 1, Infinity, 0, Number.NaN]);
		expect(evaluate(engine, "log", x)).toEqual([-Infinity, -Infinity, Infinity, Number.NaN, Number.NaN]);
		expect(evaluate(engine, "asin", x)).toEqual([0, -0, Number.NaN, Number.NaN, Number.NaN]);
		expect(evaluate(engine, "tanh", x)).toEqual([0, -0, 1, -1, Number.NaN]);
		expect(evaluate(engine, "erf", x)).toEqual([0, -0, 1, -1, Number.NaN]);
		const slope = 2 / Math.sqrt(Math.PI);
		expect(evaluate(engine, "erfDerivative", x)).toEqual([slope, slope, 0, 0, Number.NaN]);
		expect(evaluate(engine, "exp", [710, -746, 1e308, -1e308])).toEqual([Infinity, 0, Infinity, 0]);
		expect(evaluate(engine, "log", [-1, -5e-324, 1])).toEqual([Number.NaN, Number.NaN, 0]);
		expect(evaluate(engine, "asin", [1, -1, 1.0000000000000002])).toEqual([
			Math.PI / 2,
			-Math.PI / 2,
			Number.NaN,
		]);
	});

	test("a lane does not see its neighbor, nor an element its place", () => {
		const x = [0.3, 800, 0.3, -0.3, Number.NaN, 0.3, 1e-310, 0.3, 0.3];
		for (const name of [...names, "erfDerivative"] as const) {
			const alone = x.map((value) => evaluate(engine, name, [value])[0]);
			expect(evaluate(engine, name, x)).toEqual(alone);
		}
	});

	test("erf, asin and tanh are odd to the bit and bounded; erf rises", () => {
		const x = Array.from({ length: 6001 }, (_, i) => i / 1000);
		for (const name of ["erf", "asin", "tanh"] as const) {
			const inside = name === "asin" ? x.map((value) => value / 6) : x;
			const plus = evaluate(engine, name, inside);
			const minus = evaluate(
				engine,
				name,
				inside.map((value) => -value),
			);
			expect(minus).toEqual(plus.map((value) => -value));
			expect(Math.max(...plus)).toBeLessThanOrEqual(name === "asin" ? Math.PI / 2 : 1);
			// Neighbouring arguments lie 1e-3 apart; near 6 the function is flat to the last bit.
			expect(plus.every((value, i) => i === 0 || value >= plus[i - 1]! - 1.2e-16)).toBe(true);
		}
	});

	test("the output may be the input", () => {
		const mark = engine.mark();
		const block = engine.allocate(7);
		block.data.set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
		const expected = evaluate(engine, "erf", Array.from(block.data));
		engine.erf(block, block);
		expect(Array.from(block.data)).toEqual(expected);
		engine.release(mark);
	});

	test("an output of another length is refused", () => {
		expect(() => engine.exp(engine.allocate(3), engine.allocate(4))).toThrow(
			new RangeError("exp: wanted 3 outputs; got 4."),
		);
		expect(() =>
			engine.erfWithDerivative(engine.allocate(3), engine.allocate(3), engine.allocate(2)),
		).toThrow(new RangeError("erfWithDerivative: wanted 3 outputs; got 2."));
	});
});
