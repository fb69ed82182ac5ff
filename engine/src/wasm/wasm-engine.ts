import {
	type Block,
	type Engine,
	EngineError,
	type EngineId,
	type RandomState,
	type View,
} from "../engine.ts";
import {
	checkInside,
	checkLengths,
	checkProduct,
	checkSameRows,
	checkSquare,
	checkValues,
} from "../shapes.ts";
import { Arena, ArenaBlock } from "./arena.ts";
import type { WasmExports } from "./exports.ts";
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
export class WasmEngine implements Engine {
	readonly id: EngineId = "wasm";
	readonly variant: string;
	/** Relaxed SIMD leaves the rounding of a multiply-add to the processor. */
	readonly deterministic: boolean;
	readonly arena: Arena;
	readonly #state: ArenaBlock;

	readonly exports: WasmExports;

	constructor({ variant, exports, memory }: WasmModule) {
		this.variant = variant;
		this.deterministic = variant === "plain-simd";
		this.exports = exports;
		this.arena = new Arena(memory, exports.heapBase() >>> 0);
		this.#state = this.arena.allocate(STATE_BYTES / 8);
	}

	allocate(length: number): Block {
		return this.arena.allocate(length);
	}

	mark(): number {
		return this.arena.mark();
	}

	release(mark: number): void {
		this.arena.release(mark);
	}

	gemm(alpha: number, a: View, b: View, beta: number, c: View): void {
		checkProduct("gemm", a, b, c);
		this.exports.gemm(
			c.rows,
			c.columns,
			a.columns,
			alpha,
			this.address(a),
			a.rowStride,
			a.columnStride,
			this.address(b),
			b.rowStride,
			b.columnStride,
			beta,
			this.address(c),
			c.rowStride,
			c.columnStride,
		);
	}

	syrk(alpha: number, a: View, beta: number, c: View): void {
		checkSameRows("syrk", c, a);
		this.exports.syrk(
			c.rows,
			a.columns,
			alpha,
			this.address(a),
			a.rowStride,
			a.columnStride,
			beta,
			this.address(c),
			c.rowStride,
			c.columnStride,
		);
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

	tanh(x: Block, out: Block): void {
		this.#map("tanh", x, out);
	}

	erf(x: Block, out: Block): void {
		this.#map("erf", x, out);
	}

	#map(name: "exp" | "log" | "asin" | "tanh" | "erf", x: Block, out: Block): void {
		checkLengths(name, x, out);
		this.exports[name](this.blockAddress(x), this.blockAddress(out), x.length);
	}

	erfWithDerivative(x: Block, value: Block, derivative: Block): void {
		checkLengths("erfWithDerivative", x, value, derivative);
		this.exports.erfWithDerivative(
			this.blockAddress(x),
			this.blockAddress(value),
			this.blockAddress(derivative),
			x.length,
		);
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

	/** Byte address of a view's first entry. @throws RangeError when it leaves its block, EngineError for a foreign block. */
	address(v: View): number {
		checkInside(v);
		return this.blockAddress(v.block) + 8 * v.offset;
	}

	/** Byte address of a block. @throws EngineError when another engine allocated it. */
	blockAddress(block: Block): number {
		if (block instanceof ArenaBlock && block.arena === this.arena) return block.byteOffset;
		throw new EngineError("block: wanted a block that this engine allocated. Copy the numbers into one.");
	}
}
