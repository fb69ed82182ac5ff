import { type Engine, EngineError } from "./engine.ts";
import { createReferenceEngine } from "./reference/reference-engine.ts";
import { createWasmEngine, supportsWasm } from "./wasm/create-wasm-engine.ts";

/** Which engine to load. */
export interface EngineChoice {
	/** "auto" takes WebAssembly, or the reference where WebAssembly SIMD is missing. Default "auto". */
	readonly engine?: "auto" | "wasm" | "native" | "reference";
	/** Plain SIMD only: the same bits on every platform. Default true. Without meaning for "native" and "reference",
	 * which use the platform's arithmetic. */
	readonly deterministic?: boolean;
}

/** Loads and warms an engine. @throws EngineError when the one asked for does not load here. */
export async function createEngine({
	engine = "auto",
	deterministic = true,
}: EngineChoice = {}): Promise<Engine> {
	switch (engine) {
		case "auto":
			return supportsWasm() ? createWasmEngine({ deterministic }) : createReferenceEngine();
		case "wasm":
			return createWasmEngine({ deterministic });
		case "reference":
			return createReferenceEngine();
		case "native":
			return (await import("./native/index.ts")).createNativeEngine();
		default:
			throw new EngineError(
				`engine: wanted "auto", "wasm", "native" or "reference"; got ${JSON.stringify(engine)}.`,
			);
	}
}
