import type { FloatArray, View } from "../engine.ts";
import { CBLAS } from "./blas-library.ts";
import type { ForeignFunction } from "./koffi.ts";
import { layoutOf } from "./layout.ts";

export const order = (rowMajor: boolean) => (rowMajor ? CBLAS.rowMajor : CBLAS.columnMajor);
export const transposition = (transposed: boolean) => (transposed ? CBLAS.transpose : CBLAS.noTranspose);

/** The matrix products of BLAS in one precision. */
export interface BlasProducts<Numbers extends FloatArray> {
	/** cblas_dgemm or cblas_sgemm. */
	readonly gemm: ForeignFunction;
	/** cblas_dsyrk or cblas_ssyrk. */
	readonly syrk: ForeignFunction;
	/** The memory from the first entry of a view on. */
	entries(v: View<Numbers>): Numbers;
}

/** C <- alpha A B + beta C; false, and nothing done, where BLAS cannot describe the strides. */
export function gemmByBlas<Numbers extends FloatArray>(
	{ gemm, entries }: BlasProducts<Numbers>,
	alpha: number,
	a: View<Numbers>,
	b: View<Numbers>,
	beta: number,
	c: View<Numbers>,
): boolean {
	const [A, B, C] = [layoutOf(a), layoutOf(b), layoutOf(c)];
	if (!A || !B || !C) return false;
	gemm(
		order(C.rowMajor),
		transposition(A.rowMajor !== C.rowMajor),
		transposition(B.rowMajor !== C.rowMajor),
		c.rows,
		c.columns,
		a.columns,
		alpha,
		entries(a),
		A.leading,
		entries(b),
		B.leading,
		beta,
		entries(c),
		C.leading,
	);
	return true;
}

/** Lower triangle of C <- alpha A A^T + beta C; false, and nothing done, where BLAS cannot describe the strides. */
export function syrkByBlas<Numbers extends FloatArray>(
	{ syrk, entries }: BlasProducts<Numbers>,
	alpha: number,
	a: View<Numbers>,
	beta: number,
	c: View<Numbers>,
): boolean {
	const [A, C] = [layoutOf(a), layoutOf(c)];
	if (!A || !C) return false;
	syrk(
		order(C.rowMajor),
		CBLAS.lower,
		transposition(A.rowMajor !== C.rowMajor),
		c.rows,
		a.columns,
		alpha,
		entries(a),
		A.leading,
		beta,
		entries(c),
		C.leading,
	);
	return true;
}
