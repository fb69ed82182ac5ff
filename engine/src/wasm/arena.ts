import { type Block, EngineError, type FloatArray } from "../engine.ts";
import { PAGE_BYTES, type WasmMemory } from "./webassembly.ts";

const ALIGNMENT = 16;
/** The address space of 32-bit WebAssembly. */
const MAX_BYTES = 2 ** 32;

const alignUp = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * A stack of blocks on one WebAssembly.Memory: `allocate` pushes, `release(mark)` pops everything pushed since the mark.
 * Growing the memory detaches every view of it; blocks make theirs again.
 */
export class Arena {
	/** Counts growths, so that a block knows when its view is stale. */
	generation = 0;
	#top: number;

	/** `base`: first free byte, above the module's static data. */
	constructor(
		readonly memory: WasmMemory,
		readonly base: number,
	) {
		this.#top = alignUp(base);
	}

	/** A zero-filled block of `length` numbers, float64 unless another type is given. @throws EngineError when the memory cannot hold it. */
	allocate(length: number): ArenaBlock;
	allocate<Numbers extends FloatArray>(length: number, type: NumberType<Numbers>): ArenaBlock<Numbers>;
	allocate(length: number, type: NumberType<FloatArray> = Float64Array): ArenaBlock<FloatArray> {
		const block = this.reserve(length, type);
		block.data.fill(0);
		return block;
	}

	/** As `allocate`, with whatever the memory held. */
	reserve(length: number): ArenaBlock;
	reserve<Numbers extends FloatArray>(length: number, type: NumberType<Numbers>): ArenaBlock<Numbers>;
	reserve(length: number, type: NumberType<FloatArray> = Float64Array): ArenaBlock<FloatArray> {
		const bytes = length * type.BYTES_PER_ELEMENT;
		const numbers = `float${8 * type.BYTES_PER_ELEMENT} numbers`;
		if (!Number.isSafeInteger(length) || length < 0) {
			throw new EngineError(`allocate: wanted a whole number of ${numbers}; got ${length}.`);
		}
		const start = this.#top;
		const end = start + alignUp(bytes);
		this.#grow(end, `${length} more ${numbers} (${mebibytes(bytes)} MiB)`);
		this.#top = end;
		return new ArenaBlock(this, start, length, type);
	}

	mark(): number {
		return this.#top;
	}

	release(mark: number): void {
		if (!(mark >= this.base && mark <= this.#top)) {
			throw new EngineError(
				`release: wanted a mark of this engine that has not been released yet; got ${mark}. Release marks in the reverse order of taking them.`,
			);
		}
		this.#top = mark;
	}

	#grow(end: number, wanted: string): void {
		const size = this.memory.buffer.byteLength;
		if (end <= size) return;
		const needed = Math.ceil((end - size) / PAGE_BYTES);
		// A quarter more than asked for, so that many small blocks do not detach all views each time.
		const generous = Math.min(
			Math.max(needed, Math.ceil(size / 4 / PAGE_BYTES)),
			(MAX_BYTES - size) / PAGE_BYTES,
		);
		if (end > MAX_BYTES || !(this.#tryGrow(generous) || this.#tryGrow(needed))) {
			throw new EngineError(
				`allocate: no memory for ${wanted}; ${mebibytes(this.#top)} MiB of at most ${mebibytes(MAX_BYTES)} MiB are in use. Use fewer data points or a narrower network, or release blocks.`,
			);
		}
		this.generation++;
	}

	#tryGrow(pages: number): boolean {
		try {
			this.memory.grow(pages);
			return true;
		} catch {
			return false;
		}
	}
}

const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);

/** Float64Array or Float32Array. */
export interface NumberType<Numbers extends FloatArray> {
	readonly BYTES_PER_ELEMENT: number;
	new (buffer: ArrayBuffer, byteOffset: number, length: number): Numbers;
}

export class ArenaBlock<Numbers extends FloatArray = Float64Array> implements Block<Numbers> {
	#view: Numbers | undefined;
	#generation = -1;

	constructor(
		readonly arena: Arena,
		readonly byteOffset: number,
		readonly length: number,
		readonly type: NumberType<Numbers>,
	) {}

	get data(): Numbers {
		if (this.#view === undefined || this.#generation !== this.arena.generation) {
			this.#view = new this.type(this.arena.memory.buffer, this.byteOffset, this.length);
			this.#generation = this.arena.generation;
		}
		return this.#view;
	}

	slice(offset: number, length: number): ArenaBlock<Numbers> {
		if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
			throw new EngineError(`slice: wanted [${offset}, ${offset + length}) within 0..${this.length}.`);
		}
		const start = this.byteOffset + offset * this.type.BYTES_PER_ELEMENT;
		return new ArenaBlock(this.arena, start, length, this.type);
	}
}
