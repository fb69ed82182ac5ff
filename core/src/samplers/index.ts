export type { BatchMoments } from "./batch-means.ts";
export { biasRun } from "./bias-run.ts";
export { runChain } from "./chain.ts";
export type {
	AveragedDraws,
	ChainOptions,
	ChainProgress,
	ChainResult,
	ChainSnapshot,
	ScalarDraws,
} from "./chain-result.ts";
export { combineChains, R_HAT_LIMIT } from "./combine-chains.ts";
export type { StoredDraws } from "./draw-store.ts";
export { estimateMemory, type MemoryEstimate } from "./memory.ts";
export type { PosteriorMoment, SampledPoints } from "./moment-series.ts";
export type { WeightArray } from "./network-weights.ts";
export { projectionMcse } from "./projection-mcse.ts";
export { findSampler, samplers } from "./registry.ts";
export * from "./sampler.ts";
export { stepSizeBias } from "./step-size-bias.ts";
