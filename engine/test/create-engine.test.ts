import { afterEach, describe, expect, test } from "vitest";
import { createEngine, type Engine, type EngineChoice, EngineError } from "../src/index.ts";
import { loadBlas } from "../src/native/blas-library.ts";
import { loadKoffi } from "../src/native/koffi.ts";
import { supportsWasm } from "../src/wasm/create-wasm-engine.ts";
import { engines } from "./engines.ts";

test("auto is WebAssembly, deterministic unless asked otherwise", async () => {
	const engine = await createEngine();
	expect([engine.id, engine.variant, engine.deterministic]).toEqual(["wasm", "plain-simd", true]);
	const fast = await createEngine({ deterministic: false });
	const relaxed = supportsWasm("relaxed-simd");
	expect([fast.id, fast.variant, fast.deterministic]).toEqual(
		relaxed ? ["wasm", "relaxed-simd", false] : ["wasm", "plain-simd", true],
	);
});

test("the reference is what is asked for", async () => {
	const engine = await createEngine({ engine: "reference" });
	expect([engine.id, engine.variant, engine.deterministic]).toEqual(["reference", "plain TypeScript", false]);
});

test("an unknown engine is refused", async () => {
	const choice = { engine: "gpu" } as unknown as EngineChoice;
	await expect(createEngine(choice)).rejects.toThrow(
		new EngineError('engine: wanted "auto", "wasm", "native" or "reference"; got "gpu".'),
	);
});

describe("native", () => {
	const native = engines.find(([name]) => name === "native")?.[1] as Engine | undefined;

	afterEach(() => {
		delete process.env.FINITUDE_BLAS;
	});

	test.skipIf(native === undefined)("says which library computes", () => {
		expect([native!.id, native!.deterministic]).toEqual(["native", false]);
		expect(native!.variant).toMatch(/^(OpenBLAS \d+\.\d+\.\d+\S* \w+|Accelerate|BLAS) \(.+\)$/);
	});

	test("a library that does not exist is named in the error", async () => {
		process.env.FINITUDE_BLAS = "/nowhere/libblas.so";
		const error = await createEngine({ engine: "native" }).catch((e: unknown) => e);
		expect(error).toBeInstanceOf(EngineError);
		// In the middle stands what the operating system says about the file.
		expect((error as Error).message).toMatch(
			/^engine: "native" found no BLAS with LAPACK \(\/nowhere\/libblas\.so: .+\)\. Install OpenBLAS \(Debian and Ubuntu: "apt install libopenblas0"\), name a library in FINITUDE_BLAS, or use engine "wasm"\.$/,
		);
	});

	test("koffi that is not installed is named in the error", async () => {
		const error = await loadKoffi("./no-koffi-here.js").catch((e: unknown) => e);
		expect(error).toBeInstanceOf(EngineError);
		// In the brackets stands what the platform says about the import.
		expect((error as Error).message).toMatch(
			/^engine: "native" needs the package koffi, which does not load \(.*no-koffi-here.*\)\. Run "npm install koffi", or use engine "wasm"\.$/,
		);
	});

	test("a library with 64-bit integers is refused", () => {
		// A stand-in for a file: the functions of an ILP64 library, which write 64 bits of `info`.
		const ilp64 = {
			func: (prototype: string) => {
				if (prototype.includes("cblas_dgemm"))
					return (...args: readonly unknown[]) => (args[12] as Float64Array).set([7, 10, 15, 22]);
				if (prototype.includes("dpotrf_")) {
					return (...args: readonly unknown[]) => {
						(args[2] as Float64Array)[3] = 3;
						(args[4] as Int32Array).set([0, 0]);
					};
				}
				return () => undefined;
			},
		};
		process.env.FINITUDE_BLAS = "libblas64.so";
		expect(() => loadBlas({ load: () => ilp64 })).toThrow(
			new EngineError(
				'engine: "native" found no BLAS with LAPACK (libblas64.so: it uses 64-bit integers (ILP64)). Install OpenBLAS (Debian and Ubuntu: "apt install libopenblas0"), name a library in FINITUDE_BLAS, or use engine "wasm".',
			),
		);
	});
});
