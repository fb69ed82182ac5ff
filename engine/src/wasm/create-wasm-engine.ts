import { EngineError } from "../engine.ts";
import { decodeBase64 } from "./base64.ts";
import type { WasmExports } from "./exports.ts";
import plainSimd from "./plain-simd.generated.ts";
import relaxedSimd from "./relaxed-simd.generated.ts";
import { warmUp } from "./warm-up.ts";
import { WasmEngine, type WasmModule, type WasmVariant } from "./wasm-engine.ts";
import { PAGE_BYTES, webAssembly } from "./webassembly.ts";

const binaries: Record<WasmVariant, string> = { "plain-simd": plainSimd, "relaxed-simd": relaxedSimd };

/** Whether this platform runs the variant. */
export function supportsWasm(variant: WasmVariant = "plain-simd"): boolean {
	return webAssembly?.validate(decodeBase64(binaries[variant])) ?? false;
}

/** Room for the static data at the start; the arena grows the memory from there. */
const INITIAL_PAGES = (16 * 2 ** 20) / PAGE_BYTES;

/**
 * Compiles plain SIMD when `deterministic`, otherwise relaxed SIMD where there is any, over a memory of its own.
 * @throws EngineError where WebAssembly SIMD is missing.
 */
export async function instantiateWasm(deterministic: boolean): Promise<WasmModule> {
	if (webAssembly === undefined || !supportsWasm()) {
		throw new EngineError(
			'engine: "wasm" needs WebAssembly SIMD, which is missing here. Use engine "reference".',
		);
	}
	const variant = !deterministic && supportsWasm("relaxed-simd") ? "relaxed-simd" : "plain-simd";
	const memory = new webAssembly.Memory({ initial: INITIAL_PAGES });
	const { instance } = await webAssembly.instantiate(decodeBase64(binaries[variant]), { env: { memory } });
	return { variant, exports: instance.exports as WasmExports, memory };
}

/**
 * Loads the WebAssembly engine and warms it up.
 * `deterministic`: plain SIMD, the same bits on every platform; otherwise relaxed SIMD (fused multiply-add) where there is any.
 * @throws EngineError where WebAssembly SIMD is missing.
 */
export async function createWasmEngine({ deterministic = true } = {}): Promise<WasmEngine> {
	const engine = new WasmEngine(await instantiateWasm(deterministic));
	warmUp(engine);
	return engine;
}
