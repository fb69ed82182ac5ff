// Everything exported here is an export of the WebAssembly module. Nothing allocates managed objects, so the memory
// above heapBase() belongs to the arena of engine/src/wasm/arena.ts.
export * from "./linalg/index";
export * from "./random/index";
export * from "./special/index";

/** First free byte above the static data. */
export function heapBase(): usize {
  return __heap_base;
}
