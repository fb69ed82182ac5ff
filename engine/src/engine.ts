/**
 * The contract of every engine: dense linear algebra, element-wise special functions and random numbers in float64, and the
 * part of it that is worth having in float32.
 *
 * All arrays live in blocks owned by the engine, so that WebAssembly and native code work on them without copying.
 * The methods here are the fast path (no allocation, no copy); `linalg/` has the friendly functions on `Matrix`.
 */

/** float64 or float32 numbers. */
export type FloatArray = Float64Array | Float32Array;

/** A contiguous run of numbers in an engine's memory: float64 unless it says otherwise. */
export interface Block<Numbers extends FloatArray = Float64Array> {
	readonly length: number;
	/** A live view. Growth of the memory detaches old views, so read this property again after any allocation. */
	readonly data: Numbers;
	/** The same memory from `offset` on, `length` numbers long. */
	slice(offset: number, length: number): Block<Numbers>;
}

/** A rows x columns matrix laid over a block with general strides (in numbers, not bytes). */
export interface View<Numbers extends FloatArray = Float64Array> {
	readonly block: Block<Numbers>;
	readonly offset: number;
	readonly rows: number;
	readonly columns: number;
	readonly rowStride: number;
	readonly columnStride: number;
}

/** The state of a xoshiro256++ stream: four 64-bit words as eight 32-bit ones, low half first. Advanced in place. */
export type RandomState = Uint32Array;

/** Plain TypeScript, WebAssembly SIMD, or the system's BLAS and LAPACK. */
export type EngineId = "reference" | "wasm" | "native";

/** What an engine does in both precisions. */
export interface Arithmetic<Numbers extends FloatArray> {
	/** Reserves `length` numbers, zero-filled, aligned to 16 bytes. @throws EngineError when the memory is exhausted. */
	allocate(length: number): Block<Numbers>;

	/** C <- alpha A B + beta C. With beta = 0 the old content of C is not read (it may be NaN).
	 * C must not overlap A or B; here and in every method below, arguments lie apart unless it says otherwise. */
	gemm(alpha: number, a: View<Numbers>, b: View<Numbers>, beta: number, c: View<Numbers>): void;
	/** Lower triangle of C <- alpha A A^T + beta C; the strict upper triangle of C is left alone. */
	syrk(alpha: number, a: View<Numbers>, beta: number, c: View<Numbers>): void;

	/** Element-wise; `out` may be `x` itself. Lengths must agree. */
	tanh(x: Block<Numbers>, out: Block<Numbers>): void;
	erf(x: Block<Numbers>, out: Block<Numbers>): void;
	/** erf(x) and its derivative 2/sqrt(pi) exp(-x^2) in one pass. */
	erfWithDerivative(x: Block<Numbers>, value: Block<Numbers>, derivative: Block<Numbers>): void;
}

/** float32: twice the speed and half the memory for what can do with 24 bits, in the memory of the engine it belongs to. */
export interface SinglePrecision extends Arithmetic<Float32Array> {
	/** out <- x, rounded to float32. */
	fromDouble(x: Block, out: Block<Float32Array>): void;
	/** out <- x, exactly. */
	toDouble(x: Block<Float32Array>, out: Block): void;
}

/** Where all numbers are crunched: one arena of memory and the operations on it. */
export interface Engine extends Arithmetic<Float64Array> {
	readonly id: EngineId;
	/** What exactly computes, for the record: "plain-simd", "relaxed-simd", "OpenBLAS 0.3.21 Haswell (libopenblas.so.0)". */
	readonly variant: string;
	/** True when the same input gives the same bits on every platform. */
	readonly deterministic: boolean;
	readonly float32: SinglePrecision;

	/** The current top of the arena; hand it to `release` to free everything allocated since. */
	mark(): number;
	release(mark: number): void;

	/** Replaces the lower triangle of A by its Cholesky factor L (A = L L^T); reads and writes the lower triangle only.
	 * Returns -1, or the index of the first pivot that is not positive (A is then partly overwritten). */
	cholesky(a: View): number;
	/** B <- L^-1 B (or L^-T B when `transposed`), L the lower triangle of `l`. */
	solveTriangular(l: View, b: View, transposed: boolean): void;
	/** Replaces a Cholesky factor (lower triangle of `l`) by the full symmetric inverse (L L^T)^-1, both triangles. */
	invertFromCholesky(l: View): void;
	/** Symmetric eigendecomposition of the lower triangle of A: `values` ascending, A <- eigenvectors in columns.
	 * Returns false when an entry is NaN or infinite, or the iteration did not converge. */
	eigh(a: View, values: Block): boolean;
	/** Eigenvalues only, ascending; A is overwritten. */
	eigenvalues(a: View, values: Block): boolean;

	/** Element-wise; `out` may be `x` itself. Lengths must agree. */
	exp(x: Block, out: Block): void;
	log(x: Block, out: Block): void;
	asin(x: Block, out: Block): void;

	/** Uniform numbers in [0, 1) with 53 random bits each. Advances `state`. */
	fillUniform(state: RandomState, out: Block): void;
	/** Standard normals by the 256-layer ziggurat. Advances `state`. */
	fillNormal(state: RandomState, out: Block): void;
}

/** Something an engine cannot do: memory exhausted, a library that does not load. */
export class EngineError extends Error {
	override readonly name = "EngineError";
}
