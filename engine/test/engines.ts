import { createEngine, type Engine, EngineError } from "../src/index.ts";
import { supportsWasm } from "../src/wasm/create-wasm-engine.ts";

/** Every engine that runs here, with a name for test titles. */
export const engines: (readonly [name: string, engine: Engine])[] = [
	["reference", await createEngine({ engine: "reference" })],
	["wasm", await createEngine({ engine: "wasm" })],
];

if (supportsWasm("relaxed-simd")) {
	engines.push(["relaxed wasm", await createEngine({ engine: "wasm", deterministic: false })]);
}

try {
	engines.push(["native", await createEngine({ engine: "native" })]);
} catch (error) {
	if (!(error instanceof EngineError)) throw error;
	console.log(`Not tested here: ${error.message}`);
}
