/** The part of the WebAssembly API that the engine uses, typed here because the package compiles without DOM types. */

export interface WasmMemory {
	readonly buffer: ArrayBuffer;
	/** @throws RangeError when the memory cannot grow by `pages` pages. */
	grow(pages: number): number;
}

interface WebAssemblyApi {
	validate(bytes: Uint8Array): boolean;
	instantiate(
		bytes: Uint8Array,
		imports: Record<string, Record<string, unknown>>,
	): Promise<{ readonly instance: { readonly exports: unknown } }>;
	readonly Memory: new (descriptor: { initial: number }) => WasmMemory;
}

/** Undefined where the platform has no WebAssembly. */
export const webAssembly = (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;

export const PAGE_BYTES = 65536;
