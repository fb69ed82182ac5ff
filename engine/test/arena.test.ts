import { describe, expect, test } from "vitest";
import { createEngine, EngineError, view } from "../src/index.ts";
import { Arena } from "../src/wasm/arena.ts";
import { decodeBase64 } from "../src/wasm/base64.ts";
import { createWasmEngine } from "../src/wasm/create-wasm-engine.ts";
import { PAGE_BYTES, webAssembly } from "../src/wasm/webassembly.ts";
import { engines } from "./engines.ts";

function smallArena(pages = 1, base = 100): Arena {
	return new Arena(new webAssembly!.Memory({ initial: pages }), base);
}

describe.each(engines)("memory of the %s engine", (_, engine) => {
	test("blocks are zero-filled, also where released numbers were", () => {
		const mark = engine.mark();
		engine.allocate(100).data.fill(7);
		engine.release(mark);
		expect(engine.allocate(100).data.every((x) => x === 0)).toBe(true);
		engine.release(mark);
	});

	test("slices are the same memory", () => {
		const block = engine.allocate(10);
		block.slice(4, 3).data[1] = 5;
		expect(block.data[5]).toBe(5);
		expect(block.slice(4, 3).slice(1, 1).data[0]).toBe(5);
		expect(block.slice(10, 0).length).toBe(0);
	});

	test("slices beyond the end are refused", () => {
		expect(() => engine.allocate(10).slice(8, 3)).toThrow(
			new EngineError("slice: wanted [8, 11) within 0..10."),
		);
	});

	test("lengths that are no lengths are refused", () => {
		for (const length of [-1, 0.5, Number.NaN, Infinity]) {
			expect(() => engine.allocate(length)).toThrow(
				new EngineError(`allocate: wanted a whole number of float64 numbers; got ${length}.`),
			);
		}
	});

	test("views beyond the end of their block are refused before anything is written", () => {
		const a = view(engine.allocate(4), 2, 2);
		const beyond = { ...a, rows: 3 };
		expect(() => engine.gemm(1, beyond, a, 0, beyond)).toThrow(
			new RangeError("view: a 3 x 2 view reaches from 0 to 5 in a block of 4 numbers."),
		);
		expect(() => engine.cholesky({ ...a, rowStride: -2 })).toThrow(
			new RangeError("view: a 2 x 2 view reaches from -2 to 1 in a block of 4 numbers."),
		);
	});
});

describe("arena", () => {
	test("aligns blocks to 16 bytes above its base", () => {
		const arena = smallArena();
		expect([3, 1, 2, 0].map((length) => arena.allocate(length).byteOffset)).toEqual([112, 144, 160, 176]);
	});

	test("release frees everything allocated since the mark", () => {
		const arena = smallArena();
		const first = arena.allocate(1);
		const mark = arena.mark();
		arena.allocate(5);
		arena.allocate(6);
		arena.release(mark);
		expect(arena.allocate(1).byteOffset).toBe(first.byteOffset + 16);
	});

	test("marks that are not on the stack are refused", () => {
		const arena = smallArena();
		const outer = arena.mark();
		arena.allocate(2);
		const inner = arena.mark();
		arena.release(outer);
		expect(() => arena.release(inner)).toThrow(
			new EngineError(
				"release: wanted a mark of this engine that has not been released yet; got 128. Release marks in the reverse order of taking them.",
			),
		);
	});

	test("growth detaches old views; blocks and their slices keep their numbers", () => {
		const arena = smallArena();
		const block = arena.allocate(3);
		block.data.set([1, 2, 3]);
		const slice = block.slice(1, 2);
		const stale = block.data;
		const generation = arena.generation;
		arena.allocate(PAGE_BYTES);
		expect(arena.generation).toBe(generation + 1);
		expect(stale.length).toBe(0);
		expect(Array.from(block.data)).toEqual([1, 2, 3]);
		expect(Array.from(slice.data)).toEqual([2, 3]);
	});

	test("many small blocks grow the memory seldom", () => {
		const arena = smallArena();
		for (let i = 0; i < 1000; i++) arena.allocate(1024);
		// 125 pages in steps of a quarter: log(125) / log(1.25) = 22, and a few whole pages at the start.
		expect(arena.generation).toBeLessThan(28);
	});

	test("exhausted memory says how much was asked for, and the arena goes on", () => {
		const arena = smallArena();
		const block = arena.allocate(1);
		expect(() => arena.allocate(2 ** 29)).toThrow(
			new EngineError(
				"allocate: no memory for 536870912 more float64 numbers (4096 MiB); 1 MiB of at most 4096 MiB are in use. Use fewer data points or a narrower network, or release blocks.",
			),
		);
		expect(arena.allocate(1).byteOffset).toBe(block.byteOffset + 16);
	});

	test("addresses beyond 2 GiB work", async () => {
		const engine = await createWasmEngine();
		// Reserved, not written: the operating system gives only the pages that are touched.
		engine.arena.reserve(2 ** 28);
		const x = engine.arena.reserve(5);
		expect(x.byteOffset).toBeGreaterThan(2 ** 31);
		x.data.set([0, 1, 2, 3, 4]);
		engine.exp(x, x);
		expect(x.data[0]).toBe(1);
		const a = view(x, 1, 5);
		const c = view(engine.arena.allocate(1), 1, 1);
		engine.syrk(1, a, 0, c);
		expect(c.block.data[0]).toBeCloseTo(
			Math.exp(0) + Math.exp(2) + Math.exp(4) + Math.exp(6) + Math.exp(8),
			9,
		);
	});
});

test("a block of another engine is refused", async () => {
	const [one, other] = [await createEngine({ engine: "wasm" }), await createEngine({ engine: "reference" })];
	expect(() => one.exp(other.allocate(2), one.allocate(2))).toThrow(
		new EngineError("block: wanted a block that this engine allocated. Copy the numbers into one."),
	);
});

test("base64 is decoded with every padding", () => {
	for (const length of [0, 1, 2, 3, 4, 255, 256, 257]) {
		const bytes = Uint8Array.from({ length }, (_, i) => (i * 73 + 11) % 256);
		expect(decodeBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
	}
});
