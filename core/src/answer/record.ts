/** How an answer was computed: what every printed answer carries beside its numbers. */
import type { Engine } from "@finitude/engine";
import { version } from "../version.ts";

export interface ComputationRecord {
	/** The engine and what exactly computed: "reference (plain TypeScript)". */
	readonly engine: string;
	readonly seconds: number;
	/** All options, defaults filled in. */
	readonly options: Readonly<Record<string, unknown>>;
	/** Of this package. */
	readonly version: string;
}

/** The record of one computation. @param options all of them, defaults filled in; copied. */
export function computationRecord(engine: Engine, seconds: number, options: object): ComputationRecord {
	return { engine: `${engine.id} (${engine.variant})`, seconds, options: { ...options }, version };
}
