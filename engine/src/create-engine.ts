import { type Engine, EngineError } from "./engine.ts";
import { createReferenceEngine } from "./reference/reference-engine.ts";

export interface EngineChoice {
	/** "auto" takes WebAssembly, or the reference where WebAssembly SIMD is missing. */
	readonly engine?: "auto" | "wasm" | "native" | "reference";
	/** Plain SIMD only: the same bits on every platform. Default true. */
	readonly deterministic?: boolean;
}

/** Loads and warms an engine. @throws EngineError when the one asked for does not load here. */
export async function createEngine({ engine = "auto" }: EngineChoice = {}): Promise<Engine> {
	if (engine === "reference" || engine === "auto") return createReferenceEngine();
	throw new EngineError(`engine: ${engine} is not built yet.`);
}
