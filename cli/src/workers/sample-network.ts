/** The sampled answer of a network, with progress on a terminal. */
import {
	type ChainResult,
	type ComputationRecord,
	combineChains,
	computationRecord,
	type Problem,
	type SampledAnswer,
	type SamplingSettings,
} from "@finitude/core";
import type { Engine, EngineChoice } from "@finitude/engine";
import { createSamplingProgress } from "../render/progress.ts";
import type { CheckpointPlace } from "./checkpoints.ts";
import { sampleChains } from "./sample-chains.ts";

export interface SampleNetworkOptions {
	/** Named in the answer: an engine made from `choice`, as every worker's is. */
	readonly engine: Engine;
	readonly choice: EngineChoice;
	/** Number of worker threads; the draws do not depend on it. */
	readonly workers?: number | undefined;
	/** Where to keep checkpoints; none without it. */
	readonly checkpoints?: CheckpointPlace | undefined;
	/** Aborting ends the sampling with the draws there are. */
	readonly signal: AbortSignal;
}

export interface SampledNetwork {
	readonly answer: SampledAnswer & ComputationRecord;
	readonly chains: readonly ChainResult[];
}

/**
 * Samples over worker threads and combines the chains. Undefined when an abort came before there were enough draws.
 * @throws InputError when the sampler refuses the problem.
 */
export async function sampleNetwork(
	problem: Problem,
	settings: SamplingSettings,
	{ engine, choice, workers, checkpoints, signal }: SampleNetworkOptions,
): Promise<SampledNetwork | undefined> {
	const start = performance.now();
	const progress = createSamplingProgress(settings);
	const chains = await sampleChains(problem, settings, {
		engine: choice,
		signal,
		onProgress: progress.update,
		...(workers === undefined ? {} : { workers }),
		...(checkpoints === undefined ? {} : { checkpoints }),
	}).finally(progress.finish);
	if (chains.length === 0) return undefined;
	const combined = combineChains(problem, settings, chains);
	const seconds = (performance.now() - start) / 1000;
	return { answer: { ...combined, ...computationRecord(engine, seconds, settings) }, chains };
}
