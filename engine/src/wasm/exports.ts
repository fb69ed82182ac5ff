/** A matrix argument: byte address of its first entry and strides in numbers. Addresses above 2^31 wrap, as they should. */
type Strided = [address: number, rowStride: number, columnStride: number];

/** out[i] = f(x[i]) for n numbers at byte addresses. */
type Map = (x: number, out: number, n: number) => void;

/** In one precision. */
export interface ArithmeticExports {
	/** C (m x n) <- alpha A (m x k) B (k x n) + beta C. */
	gemm(
		...args: [
			m: number,
			n: number,
			k: number,
			alpha: number,
			...Strided,
			...Strided,
			beta: number,
			...Strided,
		]
	): void;
	/** Lower triangle of C (n x n) <- alpha A A^T + beta C, A n x k. */
	syrk(...args: [n: number, k: number, alpha: number, ...Strided, beta: number, ...Strided]): void;
	tanh: Map;
	erf: Map;
	erfWithDerivative(x: number, value: number, derivative: number, n: number): void;
}

/** The exports of engine/assembly. */
export interface WasmExports extends ArithmeticExports {
	/** First free byte above the static data. */
	heapBase(): number;

	cholesky(n: number, ...a: Strided): number;
	/** B (n x m) <- L^-1 B or L^-T B. */
	solveTriangular(...args: [n: number, m: number, ...Strided, ...Strided, transposed: boolean]): void;
	invertFromCholesky(n: number, ...l: Strided): void;
	/** 1 when the iteration converged. `scratch`: eighScratch(n) free numbers. */
	eigh(...args: [n: number, ...Strided, values: number, scratch: number]): number;
	eigenvalues(...args: [n: number, ...Strided, values: number, scratch: number]): number;
	eighScratch(n: number): number;

	exp: Map;
	log: Map;
	asin: Map;

	gemm32: ArithmeticExports["gemm"];
	syrk32: ArithmeticExports["syrk"];
	tanh32: Map;
	erf32: Map;
	erfWithDerivative32: ArithmeticExports["erfWithDerivative"];
	/** out <- x from float64 to float32. */
	toFloat32: Map;
	/** out <- x from float32 to float64. */
	toFloat64: Map;

	/** `state`: byte address of the four 64-bit words. */
	fillUniform(state: number, out: number, n: number): void;
	fillNormal(state: number, out: number, n: number): void;
}
