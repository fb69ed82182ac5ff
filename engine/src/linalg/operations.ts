/** Linear algebra on `Matrix` values: copies into the engine, computes, copies out. For work inside hot loops use the
 * engine's own methods on blocks. */
import {
	type Arithmetic,
	type Block,
	type Engine,
	EngineError,
	type FloatArray,
	type View,
} from "../engine.ts";
import { transpose, view } from "../view.ts";
import { type Matrix, matrix } from "./matrix.ts";

/** Runs `body` and frees whatever it allocated in the engine, also when it throws. */
export function scoped<T>(engine: Engine, body: () => T): T {
	const mark = engine.mark();
	try {
		return body();
	} finally {
		engine.release(mark);
	}
}

/** Copies a matrix into a new block of the engine, or, rounded, of its `float32`. */
export function load<Numbers extends FloatArray>(engine: Arithmetic<Numbers>, m: Matrix): View<Numbers> {
	const block = engine.allocate(m.data.length);
	block.data.set(m.data);
	return view(block, m.rows, m.columns);
}

function loadVector(engine: Engine, x: Float64Array): Block {
	const block = engine.allocate(x.length);
	block.data.set(x);
	return block;
}

/** Copies a row-major contiguous view out of the engine. */
export function unload(v: View): Matrix {
	return matrix(v.rows, v.columns, v.block.data.slice(v.offset, v.offset + v.rows * v.columns));
}

/** alpha op(A) op(B), op the transpose where asked. @throws RangeError when the inner sizes differ. */
export function multiply(
	engine: Engine,
	a: Matrix,
	b: Matrix,
	{ transposeA = false, transposeB = false, alpha = 1 } = {},
): Matrix {
	const [m, k] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
	const [k2, n] = transposeB ? [b.columns, b.rows] : [b.rows, b.columns];
	if (k !== k2) throw new RangeError(`multiply: inner sizes differ: ${m} x ${k} times ${k2} x ${n}.`);
	return scoped(engine, () => {
		const A = load(engine, a);
		const B = load(engine, b);
		const C = view(engine.allocate(m * n), m, n);
		engine.gemm(alpha, transposeA ? transpose(A) : A, transposeB ? transpose(B) : B, 0, C);
		return unload(C);
	});
}

/** alpha A A^T (or A^T A), both triangles filled, exactly symmetric. */
export function gram(engine: Engine, a: Matrix, { transposeA = false, alpha = 1 } = {}): Matrix {
	return scoped(engine, () => {
		const A = transposeA ? transpose(load(engine, a)) : load(engine, a);
		const C = view(engine.allocate(A.rows * A.rows), A.rows, A.rows);
		engine.syrk(alpha, A, 0, C);
		return mirrorLower(unload(C));
	});
}

/** Copies the lower triangle onto the upper one, in place. */
export function mirrorLower(m: Matrix): Matrix {
	for (let i = 0; i < m.rows; i++) {
		for (let j = 0; j < i; j++) m.data[j * m.columns + i] = m.data[i * m.columns + j]!;
	}
	return m;
}

/** A factorization, or where it failed. */
export type CholeskyResult =
	| { readonly positiveDefinite: true; readonly factor: Matrix }
	| { readonly positiveDefinite: false; readonly pivot: number };

/** The lower Cholesky factor (strict upper triangle zero), or the index of the first pivot that is not positive. */
export function choleskyFactor(engine: Engine, a: Matrix): CholeskyResult {
	return scoped(engine, () => {
		const A = load(engine, a);
		const pivot = engine.cholesky(A);
		if (pivot >= 0) return { positiveDefinite: false, pivot };
		const factor = unload(A);
		for (let i = 0; i < a.rows; i++) factor.data.fill(0, i * a.columns + i + 1, (i + 1) * a.columns);
		return { positiveDefinite: true, factor };
	});
}

/** L^-1 B, or L^-T B when `transposed`. */
export function solveLower(engine: Engine, factor: Matrix, b: Matrix, { transposed = false } = {}): Matrix {
	return scoped(engine, () => {
		const B = load(engine, b);
		engine.solveTriangular(load(engine, factor), B, transposed);
		return unload(B);
	});
}

/** (L L^T)^-1 B for a Cholesky factor L. */
export function choleskySolve(engine: Engine, factor: Matrix, b: Matrix): Matrix {
	return scoped(engine, () => {
		const L = load(engine, factor);
		const B = load(engine, b);
		engine.solveTriangular(L, B, false);
		engine.solveTriangular(L, B, true);
		return unload(B);
	});
}

/** (L L^T)^-1, both triangles. */
export function choleskyInverse(engine: Engine, factor: Matrix): Matrix {
	return scoped(engine, () => {
		const L = load(engine, factor);
		engine.invertFromCholesky(L);
		return unload(L);
	});
}

/** log det A from its Cholesky factor. */
export function logDeterminant(factor: Matrix): number {
	let sum = 0;
	for (let i = 0; i < factor.rows; i++) sum += Math.log(factor.data[i * factor.columns + i]!);
	return 2 * sum;
}

/** A = V diag(values) V^T. */
export interface SymmetricEigen {
	/** Ascending. */
	readonly values: Float64Array;
	/** Column k is the eigenvector of values[k]. */
	readonly vectors: Matrix;
}

/** Symmetric eigendecomposition (the lower triangle is read). @throws EngineError when QL does not converge. */
export function symmetricEigen(engine: Engine, a: Matrix): SymmetricEigen {
	return scoped(engine, () => {
		const A = load(engine, a);
		const values = engine.allocate(a.rows);
		if (!engine.eigh(A, values)) throw notConverged("symmetricEigen", a);
		return { values: values.data.slice(), vectors: unload(A) };
	});
}

/** Eigenvalues of a symmetric matrix, ascending. @throws EngineError when QL does not converge. */
export function symmetricEigenvalues(engine: Engine, a: Matrix): Float64Array {
	return scoped(engine, () => {
		const values = engine.allocate(a.rows);
		if (!engine.eigenvalues(load(engine, a), values)) throw notConverged("symmetricEigenvalues", a);
		return values.data.slice();
	});
}

/** The smallest eigenvalue of a symmetric matrix: how far it is from positive definite.
 * @throws RangeError for an empty matrix, EngineError when QL does not converge. */
export function smallestEigenvalue(engine: Engine, a: Matrix): number {
	const smallest = symmetricEigenvalues(engine, a)[0];
	if (smallest === undefined) throw new RangeError("smallestEigenvalue: wanted at least one row; got 0 x 0.");
	return smallest;
}

type ElementwiseMap = "exp" | "log" | "asin" | "tanh" | "erf";

/** Applies one of the engine's element-wise functions to an array; returns a new one. */
export function elementwise(engine: Engine, name: ElementwiseMap, x: Float64Array): Float64Array {
	return scoped(engine, () => {
		const block = loadVector(engine, x);
		engine[name](block, block);
		return block.data.slice();
	});
}

function notConverged(where: string, a: Matrix): EngineError {
	return new EngineError(
		`${where}: the QL iteration did not converge on a ${a.rows} x ${a.rows} matrix. Check it for NaN or Infinity.`,
	);
}
