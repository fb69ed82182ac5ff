import type { ValidityNote } from "../answer/answer.ts";
import type { BatchMeansState, BatchMoments } from "./batch-means.ts";
import type { StoredDraws } from "./draw-store.ts";
import type { WeightArray } from "./network-weights.ts";
import type { LadderReport } from "./sampler.ts";

/** The kept draws of one chain: plain data that a worker can post. */
export interface ChainResult extends StoredDraws {
	readonly chain: number;
	/** After warm-up; absent for samplers without one. */
	readonly stepSize?: number;
	/** Gradients of all kept steps; absent for samplers without gradients. */
	readonly gradientEvaluations?: number;
	/** Kept steps whose trajectory a limit cut short. */
	readonly shortenedSteps: number;
	/** Of a tempered sampler. */
	readonly ladder?: LadderReport;
	/** What a row of `weights` holds, where weights are kept. */
	readonly weightArrays?: readonly WeightArray[];
	/** k, where row i of `weights` is of draw k i. Absent where every draw has a row. */
	readonly weightsEvery?: number;
	readonly notes: readonly ValidityNote[];
}

/** One number a draw. */
export interface ScalarDraws {
	readonly logDensity: Float64Array;
	/** tr K / P of the output kernel. */
	readonly kernelMeanDiagonal: Float64Array;
	/** tr(Y^T K Y) / tr(Y^T Y): the output kernel along the labels; absent when all targets are 0. */
	readonly kernelLabelProjection?: Float64Array;
	/** As in NetworkDraw: of weighted samplers only. */
	readonly logWeight?: Float64Array;
}

/** Averages over a chain of what is too large to store draw by draw, by the names of `averagedName`. */
export type AveragedDraws = Readonly<Record<string, BatchMoments>>;

/** Where a chain stands. */
export interface ChainProgress {
	readonly phase: "warmup" | "sampling";
	/** Steps done, warm-up included. */
	readonly step: number;
	/** warmup + draws. */
	readonly total: number;
	/** Mean acceptance probability of the phase so far. */
	readonly acceptance: number;
	/** Log density of the draws kept so far: a live view, empty while warming up. */
	readonly logDensity: Float64Array;
}

/** How a caller follows and stops a chain; neither changes the draws. */
export interface ChainOptions {
	/** Called after every step; the caller throttles. */
	readonly onProgress?: (progress: ChainProgress) => void;
	/** Asked after every step; true ends the chain with the draws it has. */
	readonly shouldStop?: () => boolean;
	/** Where an earlier run of the same chain stood: it goes on with the same bits. */
	readonly resume?: ChainSnapshot;
	/** Asked after every step, with whether it is the last one of this run; true hands a snapshot to `onSnapshot`. */
	readonly wantsSnapshot?: (last: boolean) => boolean;
	readonly onSnapshot?: (snapshot: ChainSnapshot) => void;
}

/** Everything that a chain needs to go on: plain data, for checkpoints. */
export interface ChainSnapshot {
	readonly step: number;
	/** Of the sampler. */
	readonly state: unknown;
	readonly transitions: Uint32Array;
	readonly observations: Uint32Array;
	readonly weights: Uint32Array;
	readonly counters: ChainCounters;
	readonly store: DrawStoreSnapshot;
}

/** Sums over the steps of the present phase. */
export interface ChainCounters {
	readonly acceptance: number;
	readonly gradientEvaluations?: number;
	readonly shortenedSteps: number;
	readonly stepSize?: number;
}

/** The draws so far, without the room for those to come. */
export interface DrawStoreSnapshot {
	readonly kept: number;
	readonly stored: Readonly<Record<string, Float64Array>>;
	readonly divergent: Uint8Array;
	readonly averaged: Readonly<Record<string, BatchMeansState>>;
	readonly rounded: { readonly count: number; readonly lowest: number };
}
