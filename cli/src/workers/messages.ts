import type { ChainProgress, ChainResult, InputError, Problem, SamplingSettings } from "@finitude/core";
import type { EngineChoice } from "@finitude/engine";

/** What a worker needs to run chains of one problem. */
export interface WorkerTask {
	readonly problem: Problem;
	readonly settings: SamplingSettings;
	readonly engine: EngineChoice;
	/** One Int32 on shared memory: not 0 asks every chain to end with what it has. */
	readonly stop: Int32Array;
}

/** From the pool to a worker: the number of the next chain. */
export interface ChainRequest {
	readonly chain: number;
}

/** From a worker to the pool. */
export type WorkerReport =
	| { readonly kind: "progress"; readonly chain: number; readonly progress: ChainProgress }
	| { readonly kind: "result"; readonly chain: number; readonly result: ChainResult }
	| { readonly kind: "refusal"; readonly chain: number; readonly fault: InputFault }
	| { readonly kind: "failure"; readonly chain: number; readonly error: unknown };

/** The fields of an InputError: a structured clone drops the class and the own fields of an error. */
export type InputFault = Pick<InputError, "where" | "wanted" | "got" | "advice">;
