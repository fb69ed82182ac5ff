import type { View } from "../engine.ts";
import { checkProduct, checkSameRows } from "../shapes.ts";
import type { WasmEngine } from "../wasm/wasm-engine.ts";
import { WasmSinglePrecision } from "../wasm/wasm-single-precision.ts";
import type { BlasFunctions } from "./blas-library.ts";
import { type BlasProducts, gemmByBlas, syrkByBlas } from "./blas-products.ts";

/** float32 products by the system's BLAS; the rest as in WebAssembly. */
export class NativeSinglePrecision extends WasmSinglePrecision {
	readonly #products: BlasProducts<Float32Array>;

	constructor(engine: WasmEngine, { sgemm, ssyrk }: BlasFunctions) {
		super(engine);
		this.#products = { gemm: sgemm, syrk: ssyrk, entries: (v) => this.entries(v) };
	}

	override gemm(
		alpha: number,
		a: View<Float32Array>,
		b: View<Float32Array>,
		beta: number,
		c: View<Float32Array>,
	): void {
		checkProduct("gemm", a, b, c);
		if (!gemmByBlas(this.#products, alpha, a, b, beta, c)) super.gemm(alpha, a, b, beta, c);
	}

	override syrk(alpha: number, a: View<Float32Array>, beta: number, c: View<Float32Array>): void {
		checkSameRows("syrk", c, a);
		if (!syrkByBlas(this.#products, alpha, a, beta, c)) super.syrk(alpha, a, beta, c);
	}
}
