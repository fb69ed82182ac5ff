import { describe, expect, test } from "vitest";
import { EngineError } from "../src/engine.ts";
import { diagonal, matrix, matrixFromRows, matrixToRows, transposed } from "../src/linalg/matrix.ts";
import {
	choleskyFactor,
	choleskyInverse,
	choleskySolve,
	gram,
	logDeterminant,
	multiply,
	scoped,
	smallestEigenvalue,
	solveLower,
	symmetricEigen,
	symmetricEigenvalues,
} from "../src/linalg/operations.ts";
import { engines } from "./engines.ts";

/** Whole numbers below 2^53, so that every operation on them is exact unless the test says otherwise. */
const a = matrixFromRows([
	[1, 2, 3],
	[4, 5, 6],
]);

/** L L^T for L = [[2, 0, 0], [1, 3, 0], [-1, 2, 1]]. */
const positive = matrixFromRows([
	[4, 2, -2],
	[2, 10, 5],
	[-2, 5, 6],
]);

/** Three rows: a handful of roundings of numbers below 10. */
const FEW_ROUNDINGS = 100 * Number.EPSILON;

function expectRows(actual: number[][], wanted: number[][]): void {
	expect(actual.length).toBe(wanted.length);
	wanted.forEach((row, i) => {
		row.forEach((x, j) => {
			expect(Math.abs(actual[i]![j]! - x)).toBeLessThanOrEqual(FEW_ROUNDINGS);
		});
	});
}

describe.each(engines)("functions on matrices, %s", (_, engine) => {
	test("multiply with and without transposes", () => {
		expect(matrixToRows(multiply(engine, a, transposed(a)))).toEqual([
			[14, 32],
			[32, 77],
		]);
		expect(matrixToRows(multiply(engine, a, a, { transposeB: true, alpha: 2 }))).toEqual([
			[28, 64],
			[64, 154],
		]);
		expect(matrixToRows(multiply(engine, a, a, { transposeA: true }))).toEqual([
			[17, 22, 27],
			[22, 29, 36],
			[27, 36, 45],
		]);
	});

	test("multiply refuses sizes that do not fit", () => {
		expect(() => multiply(engine, a, a)).toThrow(
			new RangeError("multiply: inner sizes differ: 2 x 3 times 2 x 3."),
		);
	});

	test("gram fills both triangles", () => {
		expect(matrixToRows(gram(engine, a))).toEqual([
			[14, 32],
			[32, 77],
		]);
		expect(matrixToRows(gram(engine, a, { transposeA: true, alpha: -1 }))).toEqual([
			[-17, -22, -27],
			[-22, -29, -36],
			[-27, -36, -45],
		]);
	});

	test("choleskyFactor, with zeros above the diagonal, and what follows from it", () => {
		const result = choleskyFactor(engine, positive);
		if (!result.positiveDefinite) throw new Error("wanted a factor");
		const { factor } = result;
		expect(matrixToRows(factor)).toEqual([
			[2, 0, 0],
			[1, 3, 0],
			[-1, 2, 1],
		]);
		expect(Array.from(diagonal(factor))).toEqual([2, 3, 1]);
		expect(logDeterminant(factor)).toBe(2 * Math.log(6));
		const b = matrixFromRows([[2], [7], [3]]);
		expectRows(matrixToRows(solveLower(engine, factor, b)), [[1], [2], [0]]);
		// L^T x = b from below: x_2 = 3, x_1 = (7 - 2 * 3) / 3, x_0 = (2 - x_1 + x_2) / 2.
		const backward = [[(2 - 1 / 3 + 3) / 2], [1 / 3], [3]];
		expectRows(matrixToRows(solveLower(engine, factor, b, { transposed: true })), backward);
		const inverse = choleskyInverse(engine, factor);
		expectRows(matrixToRows(multiply(engine, positive, inverse)), [
			[1, 0, 0],
			[0, 1, 0],
			[0, 0, 1],
		]);
		expectRows(matrixToRows(multiply(engine, positive, choleskySolve(engine, factor, b))), matrixToRows(b));
	});

	test("choleskyFactor names the pivot that fails", () => {
		const indefinite = matrixFromRows([
			[1, 2],
			[2, 1],
		]);
		expect(choleskyFactor(engine, indefinite)).toEqual({ positiveDefinite: false, pivot: 1 });
	});

	test("eigenvalues and eigenvectors of a 2 x 2 matrix", () => {
		const swap = matrixFromRows([
			[2, 1],
			[1, 2],
		]);
		const { values, vectors } = symmetricEigen(engine, swap);
		expectRows([Array.from(values)], [[1, 3]]);
		expectRows(
			[Array.from(vectors.data.map(Math.abs))],
			[[Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2, Math.SQRT1_2]],
		);
		expectRows([Array.from(symmetricEigenvalues(engine, swap))], [[1, 3]]);
		expect(Math.abs(smallestEigenvalue(engine, swap) - 1)).toBeLessThanOrEqual(FEW_ROUNDINGS);
	});

	test("an eigenproblem with NaN is refused", () => {
		const bad = matrixFromRows([[Number.NaN]]);
		const error = (where: string) =>
			new EngineError(
				`${where}: the QL iteration did not converge on a 1 x 1 matrix. Check it for NaN or Infinity.`,
			);
		expect(() => symmetricEigen(engine, bad)).toThrow(error("symmetricEigen"));
		expect(() => symmetricEigenvalues(engine, bad)).toThrow(error("symmetricEigenvalues"));
		expect(() => smallestEigenvalue(engine, matrix(0, 0))).toThrow(
			new RangeError("smallestEigenvalue: wanted at least one row; got 0 x 0."),
		);
	});

	test("scoped frees what it allocated, also when it throws", () => {
		const before = engine.mark();
		expect(() =>
			scoped(engine, () => {
				engine.allocate(1000);
				throw new Error("stop");
			}),
		).toThrow(new Error("stop"));
		expect(engine.mark()).toBe(before);
	});
});
