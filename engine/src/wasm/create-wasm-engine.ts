import { EngineError } from "../engine.ts";
import { decodeBase64 } from "./base64.ts";
import type { WasmExports } from "./exports.ts";
import plainSimd from "./plain-simd.generated.ts";
import relaxedSimd from "./relaxed-simd.generated.ts";
import { warmUp } from "./warm-up.ts";
import { WasmEngine } from "./wasm-engine.ts";
import { PAGE_BYTES, webAssembly } from "./webassembly.ts";

const binaries = { "plain-simd": plainSimd, "relaxed-simd": relaxedSimd } as const;

type Variant = keyof typeof binaries;

/** Whether this platform runs the variant. */
export function supportsWasm(variant: Variant = "plain-simd"): boolean {
	return webAssembly?.validate(decodeBase64(binaries[variant])) ?? false;
}

/** Room for the static data at the start; the arena grows the memory from there. */
const INITIAL_PAGES = (16 * 2 ** 20) / PAGE_BYTES;

/**
 * Loads the WebAssembly engine and warms it up.
 * `deterministic`: plain SIMD, the same bits on every platform; otherwise relaxed SIMD (fused multiply-add) where there is any.
 * @throws EngineError where WebAssembly SIMD is missing.
 */
export async function createWasmEngine({ deterministic = true } = {}): Promise<WasmEngine> {
	if (webAssembly === undefined || !supportsWasm()) {
		throw new EngineError(
			'engine: "wasm" needs WebAssembly SIMD, which is missing here. Use engine "reference".',
		);
	}
	const variant = !deterministic && supportsWasm("relaxed-simd") ? "relaxed-simd" : "plain-simd";
	const memory = new webAssembly.Memory({ initial: INITIAL_PAGES });
	const { instance } = await webAssembly.instantiate(decodeBase64(binaries[variant]), { env: { memory } });
	const engine = new WasmEngine(variant, instance.exports as WasmExports, memory);
	warmUp(engine);
	return engine;
}
