import type { ValidityNote } from "../answer/answer.ts";
import type { BatchMoments } from "./batch-means.ts";

/** The kept draws of one chain: plain data that a worker can post. */
export interface ChainResult {
	readonly chain: number;
	/** Draws kept; fewer than asked for when the chain was stopped early. */
	readonly completedDraws: number;
	/** completedDraws x (P D): conditional means of f at the training points, one row a draw. */
	readonly trainMean: Float64Array;
	readonly trainVariance: Float64Array;
	/** completedDraws x (P* D). */
	readonly testMean: Float64Array;
	readonly testVariance: Float64Array;
	readonly scalars: ScalarDraws;
	/** Mean Metropolis acceptance probability of each kept step. */
	readonly acceptance: Float64Array;
	/** 1 where the kept step diverged. */
	readonly divergent: Uint8Array;
	/** Output kernel at the training points, P x P. */
	readonly outputKernel: BatchMoments;
	/** After warm-up; absent for samplers without one. */
	readonly stepSize?: number;
	/** Gradients of all kept steps; absent for samplers without gradients. */
	readonly gradientEvaluations?: number;
	/** Conditional variances that rounding made negative and that were set to 0. */
	readonly roundedVariances: { readonly count: number; readonly lowest: number };
	readonly notes: readonly ValidityNote[];
}

/** One number a draw. */
export interface ScalarDraws {
	readonly logDensity: Float64Array;
	/** tr K / P of the output kernel. */
	readonly kernelMeanDiagonal: Float64Array;
	/** tr(Y^T K Y) / tr(Y^T Y): the output kernel along the labels; absent when all targets are 0. */
	readonly kernelLabelProjection?: Float64Array;
}

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
}
