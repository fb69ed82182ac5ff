import { type Arithmetic, type Block, EngineError, type FloatArray, type View } from "../engine.ts";
import { checkInside, checkLengths, checkProduct, checkSameRows } from "../shapes.ts";
import { type Arena, ArenaBlock, type NumberType } from "./arena.ts";
import type { ArithmeticExports } from "./exports.ts";

/** What the exports of a module do in one precision, over an arena on its memory. */
export class WasmArithmetic<Numbers extends FloatArray> implements Arithmetic<Numbers> {
	constructor(
		readonly arena: Arena,
		readonly type: NumberType<Numbers>,
		readonly kernels: ArithmeticExports,
	) {}

	allocate(length: number): Block<Numbers> {
		return this.arena.allocate(length, this.type);
	}

	gemm(alpha: number, a: View<Numbers>, b: View<Numbers>, beta: number, c: View<Numbers>): void {
		checkProduct("gemm", a, b, c);
		this.kernels.gemm(
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

	syrk(alpha: number, a: View<Numbers>, beta: number, c: View<Numbers>): void {
		checkSameRows("syrk", c, a);
		this.kernels.syrk(
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

	tanh(x: Block<Numbers>, out: Block<Numbers>): void {
		checkLengths("tanh", x, out);
		this.kernels.tanh(this.blockAddress(x), this.blockAddress(out), x.length);
	}

	erf(x: Block<Numbers>, out: Block<Numbers>): void {
		checkLengths("erf", x, out);
		this.kernels.erf(this.blockAddress(x), this.blockAddress(out), x.length);
	}

	erfWithDerivative(x: Block<Numbers>, value: Block<Numbers>, derivative: Block<Numbers>): void {
		checkLengths("erfWithDerivative", x, value, derivative);
		this.kernels.erfWithDerivative(
			this.blockAddress(x),
			this.blockAddress(value),
			this.blockAddress(derivative),
			x.length,
		);
	}

	/** Byte address of a view's first entry. @throws RangeError when it leaves its block, EngineError for a foreign block. */
	address(v: View<Numbers>): number {
		checkInside(v);
		return this.blockAddress(v.block) + this.type.BYTES_PER_ELEMENT * v.offset;
	}

	/** The memory from the first entry of a view on, for foreign functions. @throws as `address` does. */
	entries(v: View<Numbers>): Numbers {
		const address = this.address(v);
		return v.offset === 0 ? v.block.data : new this.type(this.arena.memory.buffer, address, 1);
	}

	/** Byte address of a block. @throws EngineError when another engine allocated it or its numbers have another precision. */
	blockAddress(block: Block<Numbers>): number {
		if (!(block instanceof ArenaBlock && block.arena === this.arena)) {
			throw new EngineError("block: wanted a block that this engine allocated. Copy the numbers into one.");
		}
		if (block.type !== this.type) {
			throw new EngineError(
				`block: wanted ${nameOf(this.type)}; got ${nameOf(block.type)}. Convert the numbers.`,
			);
		}
		return block.byteOffset;
	}
}

const nameOf = ({ BYTES_PER_ELEMENT }: NumberType<FloatArray>) => `float${8 * BYTES_PER_ELEMENT}`;
