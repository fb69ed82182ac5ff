import type { Block, Engine, EngineId, RandomState, SinglePrecision, View } from "../engine.ts";
import { checkLengths, checkSameRows, checkSquare, checkValues } from "../shapes.ts";
import { Arena, type ArenaBlock } from "./arena.ts";
import type { WasmExports } from "./exports.ts";
import { WasmArithmetic } from "./wasm-arithmetic.ts";
import { WasmSinglePrecision } from "./wasm-single-precision.ts";
import type { WasmMemory } from "./webassembly.ts";

const STATE_BYTES = 32;

export type WasmVariant = "plain-simd" | "relaxed-simd";

/** An instantiated binary and the memory it works on. */
export interface WasmModule {
	readonly variant: WasmVariant;
	readonly exports: WasmExports;
	readonly memory: WasmMemory;
}

/** The methods of an engine on the exports of a module, over an arena on its memory. */
export class WasmEngine extends WasmArithmetic<Float64Array> implements Engine {
	readonly id: EngineId = "wasm";
	readonly variant: string;
	/** Relaxed SIMD leaves the rounding of a multiply-add to the processor. */
	readonly deterministic: boolean;
	readonly float32: SinglePrecision;
	readonly #state: ArenaBlock;

	readonly exports: WasmExports;

	constructor({ variant, exports, memory }: WasmModule) {
		super(new Arena(memory, exports.heapBase() >>> 0), Float64Array, exports);
		this.variant = variant;
		this.deterministic = variant === "plain-simd";
		this.exports = exports;
		this.float32 = new WasmSinglePrecision(this);
		this.#state = this.arena.allocate(STATE_BYTES / 8);
	}

	mark(): number {
		return this.arena.mark();
	}

	release(mark: number): void {
		this.arena.release(mark);
	}

	cholesky(a: View): number {
		checkSquare("cholesky", a);
		return this.exports.cholesky(a.rows, this.address(a), a.rowStride, a.columnStride);
	}

	solveTriangular(l: View, b: View, transposed: boolean): void {
		checkSameRows("solveTriangular", l, b);
		this.exports.solveTriangular(
			l.rows,
			b.columns,
			this.address(l),
			l.rowStride,
			l.columnStride,
			this.address(b),
			b.rowStride,
			b.columnStride,
			transposed,
		);
	}

	invertFromCholesky(l: View): void {
		checkSquare("invertFromCholesky", l);
		this.exports.invertFromCholesky(l.rows, this.address(l), l.rowStride, l.columnStride);
	}

	eigh(a: View, values: Block): boolean {
		return this.#eigen("eigh", a, values);
	}

	eigenvalues(a: View, values: Block): boolean {
		return this.#eigen("eigenvalues", a, values);
	}

	#eigen(which: "eigh" | "eigenvalues", a: View, values: Block): boolean {
		checkValues(which, a, values);
		const mark = this.arena.mark();
		const scratch = this.arena.reserve(this.exports.eighScratch(a.rows));
		const converged = this.exports[which](
			a.rows,
			this.address(a),
			a.rowStride,
			a.columnStride,
			this.blockAddress(values),
			scratch.byteOffset,
		);
		this.arena.release(mark);
		return converged === 1;
	}

	exp(x: Block, out: Block): void {
		this.#map("exp", x, out);
	}

	log(x: Block, out: Block): void {
		this.#map("log", x, out);
	}

	asin(x: Block, out: Block): void {
		this.#map("asin", x, out);
	}

	#map(name: "exp" | "log" | "asin", x: Block, out: Block): void {
		checkLengths(name, x, out);
		this.exports[name](this.blockAddress(x), this.blockAddress(out), x.length);
	}

	fillUniform(state: RandomState, out: Block): void {
		this.#fill("fillUniform", state, out);
	}

	fillNormal(state: RandomState, out: Block): void {
		this.#fill("fillNormal", state, out);
	}

	/** The state visits the arena for the length of the call. */
	#fill(name: "fillUniform" | "fillNormal", state: RandomState, out: Block): void {
		const { data, byteOffset } = this.#state;
		const words = new Uint32Array(data.buffer, byteOffset, STATE_BYTES / 4);
		words.set(state);
		this.exports[name](byteOffset, this.blockAddress(out), out.length);
		state.set(words);
	}
}
