import { instantiateWasm } from "../wasm/create-wasm-engine.ts";
import { warmUp } from "../wasm/warm-up.ts";
import { loadBlas } from "./blas-library.ts";
import { loadKoffi } from "./koffi.ts";
import { NativeEngine } from "./native-engine.ts";

export type { NativeEngine };

/**
 * Loads the system's BLAS and LAPACK through the optional package koffi (Node only): OpenBLAS, Apple's Accelerate, or the
 * library named in the environment variable FINITUDE_BLAS. One BLAS thread. The results are not the same bits everywhere.
 *
 * An OpenBLAS older than the processor may take kernels for an ancient one ("Prescott" in `variant`) and be three times
 * slower than it could: set the environment variable OPENBLAS_CORETYPE=Haswell before the process starts.
 * @throws EngineError when koffi or a BLAS with 32-bit integers is missing.
 */
export async function createNativeEngine(): Promise<NativeEngine> {
	const blas = loadBlas(await loadKoffi());
	const engine = new NativeEngine(blas, await instantiateWasm(false));
	warmUp(engine);
	return engine;
}
