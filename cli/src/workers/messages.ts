import {
	type ChainProgress,
	type ChainResult,
	type InputError,
	isInputError,
	type Problem,
	type SamplingSettings,
	type TheoryChoice,
	type TheoryOutcome,
} from "@finitude/core";
import { type EngineChoice, EngineError } from "@finitude/engine";
import type { CheckpointPlace } from "./checkpoints.ts";

/** What a worker needs to run chains of one problem. */
export interface WorkerTask {
	readonly problem: Problem;
	readonly settings: SamplingSettings;
	readonly engine: EngineChoice;
	/** Absent: no checkpoints. */
	readonly checkpoints?: CheckpointPlace;
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

/** What a worker needs to solve theories of one problem. */
export interface TheoryTask {
	readonly problem: Problem;
	readonly engine: EngineChoice;
}

/** From the pool to a worker: the next theory. */
export interface TheoryRequest {
	readonly choice: TheoryChoice;
}

/** From a worker to the pool. */
export type TheoryReport =
	| {
			readonly kind: "progress";
			readonly theory: string;
			readonly fraction: number;
			readonly message: string;
	  }
	| { readonly kind: "outcome"; readonly outcome: TheoryOutcome }
	| { readonly kind: "refusal"; readonly fault: InputFault }
	| { readonly kind: "failure"; readonly error: unknown };

/** The fields of an InputError: a structured clone drops the class and the own fields of an error. */
export type InputFault = ConstructorParameters<typeof InputError>[0];

/** What an error that the user can mend says (InputError, EngineError); undefined for any other. */
export function faultOf(error: unknown): InputFault | undefined {
	if (error instanceof EngineError) {
		return { where: "engine", wanted: "a problem it can compute", got: "another", sentence: error.message };
	}
	if (!isInputError(error)) return undefined;
	const { where, wanted, got, advice, sentence } = error;
	return { where, wanted, got, advice, ...(sentence === undefined ? {} : { sentence }) };
}
