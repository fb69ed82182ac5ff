import type { Block, SinglePrecision } from "../engine.ts";
import { checkLengths } from "../shapes.ts";
import { WasmArithmetic } from "./wasm-arithmetic.ts";
import type { WasmEngine } from "./wasm-engine.ts";

/** float32 in the arena of an engine. */
export class WasmSinglePrecision extends WasmArithmetic<Float32Array> implements SinglePrecision {
	readonly #engine: WasmEngine;

	constructor(engine: WasmEngine) {
		const { gemm32, syrk32, tanh32, erf32, erfWithDerivative32 } = engine.exports;
		super(engine.arena, Float32Array, {
			gemm: gemm32,
			syrk: syrk32,
			tanh: tanh32,
			erf: erf32,
			erfWithDerivative: erfWithDerivative32,
		});
		this.#engine = engine;
	}

	fromDouble(x: Block, out: Block<Float32Array>): void {
		checkLengths("fromDouble", x, out);
		this.#engine.exports.toFloat32(this.#engine.blockAddress(x), this.blockAddress(out), x.length);
	}

	toDouble(x: Block<Float32Array>, out: Block): void {
		checkLengths("toDouble", x, out);
		this.#engine.exports.toFloat64(this.blockAddress(x), this.#engine.blockAddress(out), x.length);
	}
}
