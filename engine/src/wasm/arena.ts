import { type Block, EngineError } from "../engine.ts";
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

	/** A zero-filled block of `length` numbers. @throws EngineError when the memory cannot hold it. */
	allocate(length: number): ArenaBlock {
		const block = this.reserve(length);
		block.data.fill(0);
		return block;
	}

	/** As `allocate`, with whatever the memory held. */
	reserve(length: number): ArenaBlock {
		if (!Number.isSafeInteger(length) || length < 0) {
			throw new EngineError(`allocate: wanted a whole number of float64 numbers; got ${length}.`);
		}
		const start = this.#top;
		const end = start + alignUp(length * 8);
		this.#grow(end, length);
		this.#top = end;
		return new ArenaBlock(this, start, length);
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

	#grow(end: number, length: number): void {
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
				`allocate: no memory for ${length} more float64 numbers (${mebibytes(length * 8)} MiB); ${mebibytes(this.#top)} MiB of at most ${mebibytes(MAX_BYTES)} MiB are in use. Use fewer data points or a narrower network, or release blocks.`,
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

export class ArenaBlock implements Block {
	#view: Float64Array | undefined;
	#generation = -1;

	constructor(
		readonly arena: Arena,
		readonly byteOffset: number,
		readonly length: number,
	) {}

	get data(): Float64Array {
		if (this.#view === undefined || this.#generation !== this.arena.generation) {
			this.#view = new Float64Array(this.arena.memory.buffer, this.byteOffset, this.length);
			this.#generation = this.arena.generation;
		}
		return this.#view;
	}

	slice(offset: number, length: number): ArenaBlock {
		if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
			throw new EngineError(`slice: wanted [${offset}, ${offset + length}) within 0..${this.length}.`);
		}
		return new ArenaBlock(this.arena, this.byteOffset + 8 * offset, length);
	}
}
