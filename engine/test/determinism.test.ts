import { describe, expect, test } from "vitest";
import { createEngine, scoped, seedStream, transpose, view } from "../src/index.ts";

/** FNV-1a, 64 bits, of the bytes of some numbers. */
function digest(numbers: Float64Array | Float32Array): string {
	let hash = 0xcbf29ce484222325n;
	for (const byte of new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)) {
		hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
	}
	return hash.toString(16).padStart(16, "0");
}

/**
 * The bits of the deterministic engine. They are part of what the package promises: a change of these digests changes
 * every sampled number that anyone recorded, and wants a new major version.
 */
describe("the deterministic engine gives the same bits on every platform", async () => {
	const engine = await createEngine({ engine: "wasm", deterministic: true });
	const n = 4000;

	function run(
		name: "exp" | "log" | "asin" | "tanh" | "erf" | "erfDerivative" | "uniforms" | "normals",
	): string {
		const mark = engine.mark();
		const x = engine.allocate(n);
		const y = engine.allocate(n);
		const state = seedStream(1);
		if (name === "normals") engine.fillNormal(state, y);
		else engine.fillUniform(state, name === "uniforms" ? y : x);
		switch (name) {
			case "log":
			case "asin":
				engine[name](x, y);
				break;
			case "exp":
			case "tanh":
			case "erf":
			case "erfDerivative":
				// From -8 to 8.
				for (let i = 0; i < n; i++) x.data[i] = 16 * x.data[i]! - 8;
				if (name === "erfDerivative") engine.erfWithDerivative(x, x, y);
				else engine[name](x, y);
		}
		const result = digest(y.data);
		engine.release(mark);
		return result;
	}

	test.each([
		["uniforms", "9fae9d438886ca8b"],
		["normals", "74f09e8e3f5ead53"],
		["exp", "35c7a4e6e82a5983"],
		["log", "60bf09c1d11ef316"],
		["asin", "365c6f6b75bb3ec9"],
		["tanh", "f32eb577a3278f6b"],
		["erf", "158c3853449bc964"],
		["erfDerivative", "9bdeba24d8f9e231"],
	] as const)("%s", (name, expected) => {
		expect(run(name)).toBe(expected);
	});

	/** A is 70 x 301: edges of tiles and more than one block in depth. */
	test("products, Cholesky factor and inverse", () => {
		scoped(engine, () => {
			const a = view(engine.allocate(70 * 301), 70, 301);
			const c = view(engine.allocate(70 * 70), 70, 70);
			engine.fillNormal(seedStream(1), a.block);
			for (let i = 0; i < 70; i++) c.block.data[71 * i] = 1;
			engine.syrk(1 / 301, a, 1, c);
			expect(digest(c.block.data)).toBe("4c32b0b264e18bc1");
			engine.cholesky(c);
			expect(digest(c.block.data)).toBe("d5cf7e6a4fa95eee");
			engine.invertFromCholesky(c);
			expect(digest(c.block.data)).toBe("e6a6afe863c07093");
		});
	});

	test("float32", () => {
		scoped(engine, () => {
			const { float32 } = engine;
			const double = engine.allocate(70 * 301);
			const a = view(float32.allocate(70 * 301), 70, 301);
			const c = view(float32.allocate(70 * 70), 70, 70);
			engine.fillNormal(seedStream(1), double);
			float32.fromDouble(double, a.block);
			float32.gemm(1 / 301, a, transpose(a), 0, c);
			expect(digest(c.block.data)).toBe("49b18b65f424dc98");
			const [value, derivative] = [float32.allocate(70 * 301), float32.allocate(70 * 301)];
			float32.erfWithDerivative(a.block, value, derivative);
			expect(digest(value.data)).toBe("0d53293d11653948");
			expect(digest(derivative.data)).toBe("3e39b1f6479723da");
			float32.tanh(a.block, value);
			expect(digest(value.data)).toBe("4bf46f18812e5111");
		});
	});
});
