import { describe, expect, test } from "vitest";
import { scoped } from "../src/linalg/operations.ts";
import { columnVector, submatrix, transpose, view } from "../src/view.ts";
import { engines } from "./engines.ts";
import {
	expectUntouchedAround,
	expectWithin,
	naiveProduct,
	place,
	randomMatrix,
	read,
	tabulate,
	transposedCopy,
} from "./linalg-support.ts";
import { productChecks } from "./product-checks.ts";

const EPS = Number.EPSILON;

/** Each of the two computations being compared sums k products, scales and adds: at most k + 2 roundings of relative
 * size eps / 2 in every term (Higham 2002, section 3.1), whatever the order; the scaling by the test itself is the 1 more. */
const roundings = (k: number) => (k + 3) * EPS;

describe.each(engines)("products on %s", (_, engine) => {
	const checks = productChecks(engine, engine, (m) => m, roundings);

	test("gemm agrees with plain loops for all sizes, strides, alpha and beta; beta = 0 never reads C", () => {
		checks.gemmProperty(70, 150);
	});

	const shapes: [size: readonly [number, number, number], name: string][] = [
		[[4, 4, 256], "one whole block in depth"],
		[[5, 3, 257], "one more than a block in depth"],
		[[97, 9, 30], "one more than a block of rows"],
		[[195, 131, 64], "several blocks of rows"],
		[[6, 1025, 5], "one more than a block of columns"],
		[[1, 300, 290], "a row vector"],
		[[300, 1, 290], "a column vector"],
		[[2051, 1, 3], "a long column vector"],
		[[3, 1, 2051], "a long inner product"],
		[[1, 1, 0], "an empty sum"],
	];

	test.each(shapes)("gemm of size %j: %s", (sizes) => {
		checks.gemm(sizes, 1, 0, ["row-major", "row-major", "row-major"]);
		checks.gemm(sizes, -0.5, 1.5, ["column-major", "padded", "column-major"]);
		checks.gemm(sizes, 2, -1, ["padded", "column-major", "strided"]);
	});

	test("gemm reads transposed views and submatrices in place", () => {
		scoped(engine, () => {
			const a = randomMatrix(20, 30, 4);
			const A = place(engine, a, "padded");
			const C = place(
				engine,
				tabulate(30, 10, () => 0),
				"row-major",
			);
			engine.gemm(1, transpose(A), submatrix(A, 0, 7, 20, 10), 0, C);
			const part = tabulate(20, 10, (i, j) => a.data[i * 30 + 7 + j]!);
			const { product, magnitude } = naiveProduct(transposedCopy(a), part);
			expectWithin(read(C), product, (i) => roundings(20) * magnitude.data[i]!);
			expectUntouchedAround(A);
		});
	});

	test("NaN and Infinity in the factors reach the product", () => {
		scoped(engine, () => {
			const a = randomMatrix(9, 6, 5);
			a.data[3 * 6 + 2] = Number.NaN;
			a.data[5 * 6 + 1] = Number.POSITIVE_INFINITY;
			const C = place(
				engine,
				tabulate(9, 7, () => 0),
				"row-major",
			);
			engine.gemm(1, place(engine, a, "row-major"), place(engine, randomMatrix(6, 7, 6), "row-major"), 0, C);
			const finite = (row: number) =>
				read(C)
					.data.subarray(row * 7, row * 7 + 7)
					.every(Number.isFinite);
			expect([0, 1, 2, 3, 4, 5, 6, 7, 8].filter((row) => !finite(row))).toEqual([3, 5]);
		});
	});

	test("a vector made by columnVector is multiplied as a matrix of one column", () => {
		scoped(engine, () => {
			const x = engine.allocate(3);
			x.data.set([1, 2, 3]);
			const y = engine.allocate(2);
			const A = place(
				engine,
				tabulate(2, 3, (i, j) => 3 * i + j),
				"row-major",
			);
			engine.gemm(1, A, columnVector(x), 0, columnVector(y));
			expect(Array.from(y.data)).toEqual([8, 26]);
		});
	});

	test("syrk writes the lower triangle only, for all sizes, strides, alpha and beta", () => {
		checks.syrkProperty(70, 100);
	});

	test.each([
		[96, 40],
		[97, 257],
		[133, 256],
		[201, 12],
	])("syrk of order %i, depth %i, around the block edges", (n, k) => {
		checks.syrk(n, k, 1, 0, ["row-major", "row-major"]);
		checks.syrk(n, k, -1, 1, ["column-major", "padded"]);
	});

	test("products of views over one block leave their neighbors alone", () => {
		scoped(engine, () => {
			const block = engine.allocate(64);
			block.data.fill(1);
			const whole = view(block, 8, 8);
			engine.gemm(
				1,
				submatrix(whole, 0, 0, 2, 3),
				submatrix(whole, 0, 5, 3, 2),
				0,
				submatrix(whole, 6, 6, 2, 2),
			);
			const wanted = Array.from({ length: 64 }, (_, k) => (k >> 3 >= 6 && (k & 7) >= 6 ? 3 : 1));
			expect(Array.from(block.data)).toEqual(wanted);
		});
	});
});
