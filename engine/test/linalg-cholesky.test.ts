import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../src/engine.ts";
import type { Matrix } from "../src/linalg/matrix.ts";
import { scoped } from "../src/linalg/operations.ts";
import { cholesky as referenceCholesky } from "../src/reference/linear-algebra.ts";
import { createReferenceEngine } from "../src/reference/reference-engine.ts";
import { engines } from "./engines.ts";
import {
	expectUntouchedAround,
	expectWithin,
	frobeniusNorm,
	type Layout,
	layouts,
	lowerTriangle,
	naiveProduct,
	place,
	randomMatrix,
	randomPositiveDefinite,
	randomSymmetric,
	read,
	tabulate,
	transposedCopy,
} from "./linalg-support.ts";

const EPS = Number.EPSILON;

const size = fc.integer({ min: 0, max: 70 });
const layout = fc.constantFrom(...layouts);
/** Orders around the tiles of four rows and around 256, where matrices begin to be divided. */
const edgeSizes = [3, 4, 5, 63, 64, 65, 129, 257];

/** A lower triangle with entries of size 1 / sqrt(n) below a diagonal between 1 and 2, and NaN above, where nobody may look. */
function randomLower(n: number, seed: number): Matrix {
	const noise = randomMatrix(n, n, seed);
	return tabulate(n, n, (i, j) => {
		if (j > i) return Number.NaN;
		const x = noise.data[i * n + j]!;
		return i === j ? 1 + 1 / (1 + x * x) : x / Math.sqrt(n);
	});
}

const hideUpper = (a: Matrix) =>
	tabulate(a.rows, a.columns, (i, j) => (j > i ? Number.NaN : a.data[i * a.columns + j]!));

describe.each(engines)("Cholesky factors on %s", (_, engine) => {
	function checkFactor(n: number, kind: Layout): void {
		scoped(engine, () => {
			const a = randomPositiveDefinite(n, n);
			const A = place(engine, hideUpper(a), kind);
			expect(engine.cholesky(A)).toBe(-1);
			const factor = read(A);
			for (let i = 0; i < n; i++) {
				expect(factor.data.subarray(i * n + i + 1, (i + 1) * n).every(Number.isNaN)).toBe(true);
			}
			const L = lowerTriangle(factor);
			// |L L^T - A| <= (n + 1) eps/2 |L| |L^T| for every order of summation (Higham 2002, theorem 10.3), and the
			// product computed here errs by n eps/2 of the same; a second eps covers the terms of second order.
			const { product, magnitude } = naiveProduct(L, transposedCopy(L));
			expectWithin(product, a, (k) => (n + 2) * EPS * magnitude.data[k]!);
			expectUntouchedAround(A);
		});
	}

	test("L L^T gives A back; the upper triangle is neither read nor written", () => {
		fc.assert(fc.property(size, layout, checkFactor), { numRuns: 60, seed: 3 });
	});

	test.each(edgeSizes)("L L^T gives A back at order %i", (n) => {
		checkFactor(n, "row-major");
		checkFactor(n, "column-major");
	});

	/** What the reference says of the same matrix. */
	function pivotOfReference(a: Matrix): number {
		return referenceCholesky(place(createReferenceEngine(), a, "row-major"));
	}

	test("an indefinite matrix fails at the same pivot as the reference", () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(), layout, (n, where, kind) => {
				scoped(engine, () => {
					const a = randomPositiveDefinite(n, n);
					const pivot = where % n;
					// Far below what elimination can make of it: no rounding decides the sign.
					a.data[pivot * n + pivot] = -10;
					expect(pivotOfReference(a)).toBe(pivot);
					expect(engine.cholesky(place(engine, a, kind))).toBe(pivot);
				});
			}),
			{ numRuns: 40, seed: 4 },
		);
	});

	test.each([
		["zero", 0],
		["NaN", Number.NaN],
		["Infinity", Number.POSITIVE_INFINITY],
	])("a pivot that is %s fails at its index", (_name, value) => {
		scoped(engine, () => {
			const a = tabulate(70, 70, (i, j) => (i === j ? 1 : 0));
			a.data[41 * 71] = value;
			expect(engine.cholesky(place(engine, a, "row-major"))).toBe(41);
		});
	});

	test("a pivot that is not positive fails at its index in a matrix that is divided", () => {
		scoped(engine, () => {
			for (const pivot of [255, 256, 290]) {
				const a = tabulate(300, 300, (i, j) => (i === j ? (i === pivot ? -1 : 1) : 0));
				expect(engine.cholesky(place(engine, a, "row-major"))).toBe(pivot);
			}
		});
	});

	test("a matrix of exact integers and rank 2 fails at the third pivot", () => {
		scoped(engine, () => {
			// x x^T + 4 e_1 e_1^T with x = (1, 1, ...): all of the elimination is exact.
			const a = tabulate(40, 40, (i, j) => (i === 1 && j === 1 ? 5 : 1));
			expect(pivotOfReference(a)).toBe(2);
			expect(engine.cholesky(place(engine, a, "row-major"))).toBe(2);
		});
	});

	test("NaN below the diagonal fails at its row", () => {
		scoped(engine, () => {
			const a = randomPositiveDefinite(60, 1);
			a.data[45 * 60 + 3] = Number.NaN;
			expect(engine.cholesky(place(engine, a, "row-major"))).toBe(45);
		});
	});

	function checkSolve(n: number, m: number, kinds: readonly [Layout, Layout], transposed: boolean): void {
		scoped(engine, () => {
			const l = randomLower(n, 5);
			const b = randomMatrix(n, m, 6);
			const B = place(engine, b, kinds[1]);
			engine.solveTriangular(place(engine, l, kinds[0]), B, transposed);
			const L = lowerTriangle(l);
			const { product, magnitude } = naiveProduct(transposed ? transposedCopy(L) : L, read(B));
			// |b - L x| <= n eps/2 |L| |x| for substitution in every order (Higham 2002, theorem 8.5), and as much again
			// for the product computed here; a second eps covers the terms of second order.
			expectWithin(product, b, (k) => (n + 1) * EPS * magnitude.data[k]!);
			expectUntouchedAround(B);
		});
	}

	test("L x = b and L^T x = b have small residuals for all sizes and strides", () => {
		fc.assert(
			fc.property(size, fc.integer({ min: 0, max: 20 }), fc.tuple(layout, layout), fc.boolean(), checkSolve),
			{ numRuns: 120, seed: 5 },
		);
	});

	test.each(edgeSizes)("triangular solves at order %i", (n) => {
		for (const transposed of [false, true]) {
			checkSolve(n, 1, ["row-major", "row-major"], transposed);
			checkSolve(n, 65, ["row-major", "column-major"], transposed);
		}
	});

	test("a zero on the diagonal gives infinite or NaN solutions, as division does", () => {
		scoped(engine, () => {
			const l = tabulate(3, 3, (i, j) => (i === j && i !== 1 ? 1 : 0));
			const B = place(
				engine,
				tabulate(3, 1, () => 1),
				"row-major",
			);
			engine.solveTriangular(place(engine, l, "row-major"), B, false);
			expect(Array.from(read(B).data.map(Math.abs))).toEqual([1, Number.POSITIVE_INFINITY, Number.NaN]);
		});
	});

	function checkInverse(n: number, kind: Layout): void {
		scoped(engine, () => {
			const a = randomPositiveDefinite(n, n + 1);
			const A = place(engine, hideUpper(a), kind);
			engine.cholesky(A);
			engine.invertFromCholesky(A);
			const inverse = read(A);
			expect(inverse.data).toEqual(transposedCopy(inverse).data);
			// Factor, inverse of the factor and product each err by n eps/2 relative to the norms of what they multiply
			// (Higham 2002, section 14.2): ||A X - I|| <= 3 n eps/2 ||A|| ||A^-1|| with ||A^-1|| about ||X||, doubled
			// because |L^-T| |L^-1| |L| |L^T| exceeds that product of norms a little.
			const bound = 3 * n * EPS * frobeniusNorm(a) * frobeniusNorm(inverse);
			const identity = tabulate(n, n, (i, j) => (i === j ? 1 : 0));
			expectWithin(naiveProduct(a, inverse).product, identity, () => bound);
			expectUntouchedAround(A);
		});
	}

	test("the inverse from the factor is exactly symmetric and inverts A", () => {
		fc.assert(fc.property(size, layout, checkInverse), { numRuns: 60, seed: 6 });
	});

	test.each(edgeSizes)("the inverse at order %i", (n) => checkInverse(n, "row-major"));

	test("graded matrices factor and invert to full relative accuracy", () => {
		scoped(engine, () => {
			// D A D with D = diag(2^0, 2^-1, ...): powers of two change no rounding error, so that factor and inverse are
			// those of A, scaled exactly.
			const n = 50;
			const a = randomPositiveDefinite(n, 9);
			const scaled = tabulate(n, n, (i, j) => a.data[i * n + j]! * 2 ** -(i + j));
			const run = (m: Matrix): View => {
				const A = place(engine, m, "row-major");
				expect(engine.cholesky(A)).toBe(-1);
				engine.invertFromCholesky(A);
				return A;
			};
			const plain = read(run(a));
			const wanted = tabulate(n, n, (i, j) => plain.data[i * n + j]! * 2 ** (i + j));
			expect(read(run(scaled)).data).toEqual(wanted.data);
		});
	});

	test("cholesky of an indefinite random matrix agrees with the reference when no pivot is near zero", () => {
		scoped(engine, () => {
			for (let n = 2; n < 40; n++) {
				const a = randomSymmetric(n, 100 + n);
				for (let i = 0; i < n; i++) a.data[i * n + i]! += 2;
				expect(engine.cholesky(place(engine, a, "row-major"))).toBe(pivotOfReference(a));
			}
		});
	});
});
