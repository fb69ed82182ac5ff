/** The sampled answer of a network, with progress on a terminal. */
import { join } from "node:path";
import {
	biasRun,
	type ChainResult,
	type ComputationRecord,
	combineChains,
	computationRecord,
	type Problem,
	type SampledAnswer,
	type SamplingSettings,
	stepSizeBias,
	type ValidityNote,
} from "@finitude/core";
import type { Engine, EngineChoice } from "@finitude/engine";
import { createSamplingProgress } from "../render/progress.ts";
import { type CheckpointPlace, removeCheckpoints } from "./checkpoints.ts";
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
 * Samples over worker threads and combines the chains; a sampler with a bias runs twice, so that the answer can say how large
 * it is. Undefined when an abort came before there were enough draws.
 * @throws InputError when the sampler refuses the problem.
 */
export async function sampleNetwork(
	problem: Problem,
	settings: SamplingSettings,
	{ engine, choice, workers, checkpoints, signal }: SampleNetworkOptions,
): Promise<SampledNetwork | undefined> {
	const start = performance.now();
	const run = (chosen: SamplingSettings, place: CheckpointPlace | undefined) => {
		const progress = createSamplingProgress(chosen);
		return sampleChains(problem, chosen, {
			engine: choice,
			signal,
			onProgress: progress.update,
			...(workers === undefined ? {} : { workers }),
			...(place === undefined ? {} : { checkpoints: place }),
		}).finally(progress.finish);
	};
	const chains = await run(settings, checkpoints);
	if (chains.length === 0) return undefined;
	const combined = combineChains(problem, settings, chains);
	const second = biasRun(settings, chains);
	const secondPlace = second && checkpoints && placeOfSecondRun(checkpoints);
	const notes =
		second === undefined ? [] : biasNotes(problem, combined, second, await run(second, secondPlace));
	if (!signal.aborted) {
		for (const place of [secondPlace, checkpoints]) if (place) removeCheckpoints(place, settings.chains);
	}
	const seconds = (performance.now() - start) / 1000;
	return {
		answer: {
			...combined,
			validity: [...combined.validity, ...notes],
			...computationRecord(engine, seconds, settings),
		},
		chains,
	};
}

/** `sampleNetwork`, or undefined after an abort: what an interrupted run has is less than was asked for. */
export async function sampleToTheEnd(
	problem: Problem,
	settings: SamplingSettings,
	options: SampleNetworkOptions,
): Promise<SampledNetwork | undefined> {
	const sampled = options.signal.aborted ? undefined : await sampleNetwork(problem, settings, options);
	return options.signal.aborted ? undefined : sampled;
}

/** Beside the first run's checkpoints, which stay until both runs are complete. */
function placeOfSecondRun(first: CheckpointPlace): CheckpointPlace {
	return {
		...first,
		folder: join(first.folder, "half-step"),
		identity: `${first.identity}, half the step size`,
	};
}

function biasNotes(
	problem: Problem,
	answer: SampledAnswer,
	settings: SamplingSettings,
	chains: readonly ChainResult[],
): ValidityNote[] {
	if (chains.length > 0) return stepSizeBias(answer, combineChains(problem, settings, chains));
	return [
		{
			name: "step-size bias",
			value: "not measured",
			message:
				"Interrupted before the run with half the step size had enough draws to show the step-size bias.",
		},
	];
}
