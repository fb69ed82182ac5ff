/** The part of koffi and of Node's `process` that the native engine uses, typed here because koffi is optional and the
 * package compiles without Node types. */
import { EngineError } from "../engine.ts";

export type ForeignFunction = (...args: readonly unknown[]) => unknown;

export interface ForeignLibrary {
	/** @throws Error when the library has no such function. */
	func(prototype: string): ForeignFunction;
}

export interface Koffi {
	/** @throws Error when the library does not load. */
	load(path: string): ForeignLibrary;
}

interface Process {
	readonly platform: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/** Undefined outside Node. */
export const nodeProcess = (globalThis as { readonly process?: Process }).process;

/** Loads koffi from a module specifier; an argument, so that neither the compiler nor a bundler wants the package to be
 * there. @throws EngineError when it is not installed. */
export async function loadKoffi(specifier = "koffi"): Promise<Koffi> {
	try {
		return ((await import(/* @vite-ignore */ specifier)) as { readonly default: Koffi }).default;
	} catch (error) {
		throw new EngineError(
			`engine: "native" needs the package koffi, which does not load (${message(error)}). Run "npm install koffi", or use engine "wasm".`,
		);
	}
}

export const message = (error: unknown): string =>
	(error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
