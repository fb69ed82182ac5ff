/** What the linear algebra tests share: matrices to feed the engines, and views of all kinds. */
import { expect } from "vitest";
import type { Arithmetic, FloatArray, View } from "../src/engine.ts";
import { type Matrix, matrix } from "../src/linalg/matrix.ts";

/** Entries uniform in (-1, 1), by a multiplicative generator modulo the prime 2^31 - 1 (Park and Miller 1988). */
export function randomMatrix(rows: number, columns: number, seed: number): Matrix {
	const modulus = 2 ** 31 - 1;
	let state = 1 + ((seed * 7919 + 104729) % (modulus - 1));
	return tabulate(rows, columns, () => {
		state = (state * 48271) % modulus;
		return (2 * state) / modulus - 1;
	});
}

export function randomSymmetric(n: number, seed: number): Matrix {
	const a = randomMatrix(n, n, seed);
	for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a.data[j * n + i] = a.data[i * n + j]!;
	return a;
}

/** G G^T / n + I / 2 for a random G: condition number below 10. */
export function randomPositiveDefinite(n: number, seed: number): Matrix {
	const g = randomMatrix(n, n, seed);
	const { product } = naiveProduct(g, transposedCopy(g));
	return matrix(
		n,
		n,
		product.data.map((x, k) => x / n + (k % (n + 1) === 0 ? 0.5 : 0)),
	);
}

export function transposedCopy(a: Matrix): Matrix {
	return tabulate(a.columns, a.rows, (i, j) => a.data[j * a.columns + i]!);
}

export function tabulate(rows: number, columns: number, entry: (i: number, j: number) => number): Matrix {
	const result = matrix(rows, columns);
	for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result.data[i * columns + j] = entry(i, j);
	return result;
}

/** The lower triangle, zeros above. */
export function lowerTriangle(a: Matrix): Matrix {
	return tabulate(a.rows, a.columns, (i, j) => (j <= i ? a.data[i * a.columns + j]! : 0));
}

/** A B by plain loops, and |A| |B|, to which the rounding errors of every order of summation are proportional. */
export function naiveProduct(a: Matrix, b: Matrix): { product: Matrix; magnitude: Matrix } {
	const product = matrix(a.rows, b.columns);
	const magnitude = matrix(a.rows, b.columns);
	for (let i = 0; i < a.rows; i++) {
		for (let k = 0; k < a.columns; k++) {
			const factor = a.data[i * a.columns + k]!;
			for (let j = 0; j < b.columns; j++) {
				const term = factor * b.data[k * b.columns + j]!;
				product.data[i * b.columns + j]! += term;
				magnitude.data[i * b.columns + j]! += Math.abs(term);
			}
		}
	}
	return { product, magnitude };
}

/** Scaled, so that squares neither overflow nor underflow. */
export function frobeniusNorm(a: Matrix): number {
	const largest = a.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	if (largest === 0) return 0;
	return largest * Math.sqrt(a.data.reduce((sum, x) => sum + (x / largest) ** 2, 0));
}

/** How a matrix may lie in memory. */
export const layouts = ["row-major", "column-major", "padded", "strided", "reversed"] as const;
export type Layout = (typeof layouts)[number];

/** What fills the memory around a view; nothing may write there. */
const UNTOUCHED = -777.25;

/** Copies a matrix into a new block of the engine, laid out as asked, with other numbers all around. */
export function place<Numbers extends FloatArray>(
	engine: Pick<Arithmetic<Numbers>, "allocate">,
	m: Matrix,
	layout: Layout,
): View<Numbers> {
	const { rows, columns } = m;
	const margin = 5;
	const strides: Record<Layout, [row: number, column: number, offset: number]> = {
		"row-major": [columns, 1, margin],
		"column-major": [1, rows, margin],
		padded: [columns + 3, 1, margin],
		strided: [2 * columns + 1, 2, margin],
		reversed: [-columns, 1, margin + Math.max(rows - 1, 0) * columns],
	};
	const [rowStride, columnStride, offset] = strides[layout];
	const block = engine.allocate(
		2 * margin + rows * Math.abs(rowStride) + columns * Math.abs(columnStride) + 1,
	);
	block.data.fill(UNTOUCHED);
	const view = { block, offset, rows, columns, rowStride, columnStride };
	m.data.forEach((x, k) => {
		block.data[position(view, Math.floor(k / columns), k % columns)] = x;
	});
	return view;
}

const position = (v: View<FloatArray>, i: number, j: number) =>
	v.offset + i * v.rowStride + j * v.columnStride;

/** The matrix that a view shows. */
export function read(v: View<FloatArray>): Matrix {
	const data = v.block.data;
	return tabulate(v.rows, v.columns, (i, j) => data[position(v, i, j)]!);
}

/** Asserts that the memory around the views (all of one block) is as `place` left it. */
export function expectUntouchedAround(v: View<FloatArray>): void {
	const outside = Float64Array.from(v.block.data);
	for (let i = 0; i < v.rows; i++) for (let j = 0; j < v.columns; j++) outside[position(v, i, j)] = UNTOUCHED;
	expect(outside.every((x) => x === UNTOUCHED)).toBe(true);
}

/** Asserts |actual - wanted| <= bound entry by entry (NaN fails). */
export function expectWithin(actual: Matrix, wanted: Matrix, bound: (k: number) => number): void {
	expect([actual.rows, actual.columns]).toEqual([wanted.rows, wanted.columns]);
	for (let k = 0; k < wanted.data.length; k++) {
		const error = Math.abs(actual.data[k]! - wanted.data[k]!);
		if (!(error <= bound(k))) {
			expect.fail(
				`entry (${Math.floor(k / wanted.columns)}, ${k % wanted.columns}) of ${wanted.rows} x ${wanted.columns}: ` +
					`wanted ${wanted.data[k]} within ${bound(k)}; got ${actual.data[k]}.`,
			);
		}
	}
}
