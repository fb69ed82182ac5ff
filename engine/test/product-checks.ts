/** GEMM and SYRK against plain loops, for float64 and float32. */
import fc from "fast-check";
import type { Arithmetic, Engine, FloatArray } from "../src/engine.ts";
import type { Matrix } from "../src/linalg/matrix.ts";
import { scoped } from "../src/linalg/operations.ts";
import {
	expectUntouchedAround,
	expectWithin,
	type Layout,
	layouts,
	naiveProduct,
	place,
	randomMatrix,
	randomSymmetric,
	read,
	tabulate,
	transposedCopy,
} from "./linalg-support.ts";

const layout = fc.constantFrom(...layouts);
const factor = fc.constantFrom(0, 1, -1, 0.5, -2.25);

export interface ProductChecks {
	/** C <- alpha A B + beta C; beta = 0 never reads C. */
	gemm(
		sizes: readonly [m: number, n: number, k: number],
		alpha: number,
		beta: number,
		layouts: readonly [Layout, Layout, Layout],
	): void;
	/** The lower triangle of C <- alpha A A^T + beta C; beta = 0 never reads it, and the rest stays. */
	syrk(n: number, k: number, alpha: number, beta: number, layouts: readonly [Layout, Layout]): void;
	/** So many random sizes up to `largest`, layouts and factors. */
	gemmProperty(largest: number, numRuns: number): void;
	syrkProperty(largest: number, numRuns: number): void;
}

/**
 * @param exact a matrix that the arithmetic can hold
 * @param roundings the allowed error in units of the sum of absolute terms, for inner products of k terms
 */
export function productChecks<Numbers extends FloatArray>(
	engine: Engine,
	arithmetic: Arithmetic<Numbers>,
	exact: (m: Matrix) => Matrix,
	roundings: (k: number) => number,
): ProductChecks {
	const checks: ProductChecks = {
		gemm([m, n, k], alpha, beta, [la, lb, lc]) {
			scoped(engine, () => {
				const a = exact(randomMatrix(m, k, 1));
				const b = exact(randomMatrix(k, n, 2));
				const c = exact(randomMatrix(m, n, 3));
				if (beta === 0) c.data.fill(Number.NaN);
				const C = place(arithmetic, c, lc);
				arithmetic.gemm(alpha, place(arithmetic, a, la), place(arithmetic, b, lb), beta, C);
				const { product, magnitude } = naiveProduct(a, b);
				const kept = (i: number) => (beta === 0 ? 0 : beta * c.data[i]!);
				const wanted = tabulate(m, n, (i, j) => alpha * product.data[i * n + j]! + kept(i * n + j));
				const scale = (i: number) => Math.abs(alpha) * magnitude.data[i]! + Math.abs(kept(i));
				expectWithin(read(C), wanted, (i) => roundings(k) * scale(i));
				expectUntouchedAround(C);
			});
		},
		syrk(n, k, alpha, beta, [la, lc]) {
			scoped(engine, () => {
				const a = exact(randomMatrix(n, k, 7));
				const c = exact(randomSymmetric(n, 8));
				if (beta === 0) for (let i = 0; i < n; i++) c.data.fill(Number.NaN, i * n, i * n + i + 1);
				const C = place(arithmetic, c, lc);
				arithmetic.syrk(alpha, place(arithmetic, a, la), beta, C);
				const { product, magnitude } = naiveProduct(a, transposedCopy(a));
				const kept = (i: number) => (beta === 0 ? 0 : beta * c.data[i]!);
				const above = (i: number) => i % n > Math.floor(i / n);
				const wanted = tabulate(n, n, (i, j) =>
					j > i ? c.data[i * n + j]! : alpha * product.data[i * n + j]! + kept(i * n + j),
				);
				const scale = (i: number) => Math.abs(alpha) * magnitude.data[i]! + Math.abs(kept(i));
				expectWithin(read(C), wanted, (i) => (above(i) ? 0 : roundings(k) * scale(i)));
				expectUntouchedAround(C);
			});
		},
		gemmProperty(largest, numRuns) {
			const size = fc.integer({ min: 0, max: largest });
			const sizes = fc.tuple(size, size, size);
			fc.assert(fc.property(sizes, factor, factor, fc.tuple(layout, layout, layout), checks.gemm), {
				numRuns,
				seed: 1,
			});
		},
		syrkProperty(largest, numRuns) {
			const size = fc.integer({ min: 0, max: largest });
			fc.assert(fc.property(size, size, factor, factor, fc.tuple(layout, layout), checks.syrk), {
				numRuns,
				seed: 2,
			});
		},
	};
	return checks;
}
