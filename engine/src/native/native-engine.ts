import type { Block, EngineId, SinglePrecision, View } from "../engine.ts";
import { checkProduct, checkSameRows, checkSquare, checkValues } from "../shapes.ts";
import { WasmEngine, type WasmModule } from "../wasm/wasm-engine.ts";
import { type BlasFunctions, type BlasLibrary, CBLAS } from "./blas-library.ts";
import { type BlasProducts, gemmByBlas, order, syrkByBlas, transposition } from "./blas-products.ts";
import { layoutOf } from "./layout.ts";
import { NativeSinglePrecision } from "./native-single-precision.ts";
import { lowerIsFinite, mirrorLowerInPlace, transposeInPlace } from "./square.ts";

/** The lower triangle, as LAPACK, which knows columns only, calls it. */
const fortranLower = (rowMajor: boolean) => (rowMajor ? "U" : "L");

/**
 * Linear algebra by the system's BLAS and LAPACK on the arena of a WebAssembly engine, without copying. That engine does
 * the rest: special functions, random numbers, and matrices whose strides are neither row- nor column-major.
 */
export class NativeEngine extends WasmEngine {
	override readonly id: EngineId = "native";
	override readonly variant: string;
	/** Which instructions a BLAS uses depends on the processor. */
	override readonly deterministic = false;
	override readonly float32: SinglePrecision;
	readonly #blas: BlasFunctions;
	readonly #products: BlasProducts<Float64Array>;

	constructor({ functions, description }: BlasLibrary, wasm: WasmModule) {
		super(wasm);
		this.variant = description;
		this.float32 = new NativeSinglePrecision(this, functions);
		this.#blas = functions;
		const { dgemm, dsyrk } = functions;
		this.#products = { gemm: dgemm, syrk: dsyrk, entries: (v) => this.entries(v) };
	}

	override gemm(alpha: number, a: View, b: View, beta: number, c: View): void {
		checkProduct("gemm", a, b, c);
		if (!gemmByBlas(this.#products, alpha, a, b, beta, c)) super.gemm(alpha, a, b, beta, c);
	}

	override syrk(alpha: number, a: View, beta: number, c: View): void {
		checkSameRows("syrk", c, a);
		if (!syrkByBlas(this.#products, alpha, a, beta, c)) super.syrk(alpha, a, beta, c);
	}

	override cholesky(a: View): number {
		checkSquare("cholesky", a);
		const A = layoutOf(a);
		if (!A) return super.cholesky(a);
		const info = Int32Array.of(0);
		const n = Int32Array.of(a.rows);
		this.#blas.dpotrf(fortranLower(A.rowMajor), n, this.entries(a), Int32Array.of(A.leading), info);
		// OpenBLAS lets pivots that are NaN or infinite pass, and they make every later one so.
		const { data } = a.block;
		const step = a.rowStride + a.columnStride;
		for (let i = 0; i < (info[0] || a.rows + 1) - 1; i++) {
			if (!Number.isFinite(data[a.offset + i * step])) return i;
		}
		return info[0]! - 1;
	}

	override solveTriangular(l: View, b: View, transposed: boolean): void {
		checkSameRows("solveTriangular", l, b);
		const [L, B] = [layoutOf(l), layoutOf(b)];
		if (!L || !B) {
			super.solveTriangular(l, b, transposed);
			return;
		}
		// Read in the order of B, an L of the other order is its own transpose: an upper triangle.
		const alike = L.rowMajor === B.rowMajor;
		this.#blas.dtrsm(
			order(B.rowMajor),
			CBLAS.left,
			alike ? CBLAS.lower : CBLAS.upper,
			transposition(transposed === alike),
			CBLAS.nonUnit,
			b.rows,
			b.columns,
			1,
			this.entries(l),
			L.leading,
			this.entries(b),
			B.leading,
		);
	}

	override invertFromCholesky(l: View): void {
		checkSquare("invertFromCholesky", l);
		const L = layoutOf(l);
		if (!L) {
			super.invertFromCholesky(l);
			return;
		}
		const info = Int32Array.of(0);
		const n = Int32Array.of(l.rows);
		this.#blas.dpotri(fortranLower(L.rowMajor), n, this.entries(l), Int32Array.of(L.leading), info);
		// A zero on the diagonal: LAPACK stops before it changes anything, and the engine's own loop fills in infinities.
		if (info[0] !== 0) {
			super.invertFromCholesky(l);
			return;
		}
		mirrorLowerInPlace(l);
	}

	override eigh(a: View, values: Block): boolean {
		checkValues("eigh", a, values);
		const A = layoutOf(a);
		if (!A) return super.eigh(a, values);
		const converged = this.#dsyevd("V", a, values);
		// LAPACK's columns are the rows of a row-major matrix.
		if (converged && A.rowMajor) transposeInPlace(a);
		return converged;
	}

	override eigenvalues(a: View, values: Block): boolean {
		checkValues("eigenvalues", a, values);
		return layoutOf(a) ? this.#dsyevd("N", a, values) : super.eigenvalues(a, values);
	}

	#dsyevd(job: "V" | "N", a: View, values: Block): boolean {
		const { rowMajor, leading } = layoutOf(a)!;
		this.address(a);
		// LAPACK does not promise to return from NaN.
		if (!lowerIsFinite(a)) return false;
		const n = a.rows;
		const workLength = 1 + 6 * n + 2 * n * n;
		const integerLength = 3 + 5 * n;
		const mark = this.mark();
		const work = this.arena.reserve(workLength);
		const integers = this.arena.reserve(Math.ceil(integerLength / 2));
		const info = Int32Array.of(0);
		this.#blas.dsyevd(
			job,
			fortranLower(rowMajor),
			Int32Array.of(n),
			this.entries(a),
			Int32Array.of(leading),
			values.data,
			work.data,
			Int32Array.of(workLength),
			new Int32Array(integers.data.buffer, integers.byteOffset, integerLength),
			Int32Array.of(integerLength),
			info,
		);
		this.release(mark);
		return info[0] === 0;
	}
}
