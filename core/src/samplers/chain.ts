import { type Engine, seedStream, splitStream } from "@finitude/engine";
import { MINIMUM_DRAWS } from "../diagnostics/diagnostic.ts";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainOptions, ChainResult } from "./chain-result.ts";
import { createDrawStore } from "./draw-store.ts";
import { refuseTooLarge } from "./memory.ts";
import { findSampler } from "./registry.ts";
import type { SamplingSettings } from "./sampler.ts";

/**
 * Runs one chain: a start drawn from the prior, `warmup` adapting steps, then `draws` kept ones with frozen tuning.
 *
 * The draws depend on the problem, the settings, the engine and `chainIndex` alone: chain c has the stream
 * splitStream(seedStream(seed), c), whose children 0 and 1 drive the transitions and the observations.
 * @throws InputError for unknown samplers, problems that the sampler refuses, impossible settings and runs that do not fit
 * in memory.
 */
export function runChain(
	problem: Problem,
	engine: Engine,
	settings: SamplingSettings,
	chainIndex: number,
	{ onProgress, shouldStop }: ChainOptions = {},
): ChainResult {
	refuseImpossible(settings);
	refuseTooLarge(problem, settings);
	const mark = engine.mark();
	try {
		const kernel = findSampler(settings.sampler).prepare(problem, engine);
		const stream = splitStream(seedStream(settings.seed), chainIndex);
		const transitions = splitStream(stream, 0);
		const observations = splitStream(stream, 1);
		const store = createDrawStore(problem, settings.draws);
		const total = settings.warmup + settings.draws;
		let state = kernel.init(transitions);
		let acceptance = 0;
		let gradientEvaluations: number | undefined;
		let shortenedSteps = 0;
		let stepSize: number | undefined;
		for (let step = 1; step <= total; step++) {
			const warmingUp = step <= settings.warmup;
			if (step === settings.warmup + 1) acceptance = 0;
			const outcome = kernel.step(state, transitions, warmingUp);
			state = outcome.state;
			acceptance += outcome.info.acceptance;
			if (!warmingUp) {
				store.keep(kernel.observe(state, observations), outcome.info);
				stepSize = outcome.info.stepSize;
				if (outcome.info.shortened === true) shortenedSteps++;
				const gradients = outcome.info.gradientEvaluations;
				if (gradients !== undefined) gradientEvaluations = (gradientEvaluations ?? 0) + gradients;
			}
			onProgress?.({
				phase: warmingUp ? "warmup" : "sampling",
				step,
				total,
				acceptance: acceptance / (warmingUp ? step : step - settings.warmup),
				logDensity: store.logDensity(),
			});
			if (shouldStop?.()) break;
		}
		return {
			chain: chainIndex,
			...store.finish(),
			...(stepSize === undefined ? {} : { stepSize }),
			...(gradientEvaluations === undefined ? {} : { gradientEvaluations }),
			shortenedSteps,
			notes: kernel.notes,
		};
	} finally {
		engine.release(mark);
	}
}

function refuseImpossible(settings: SamplingSettings): void {
	const smallest = { chains: 1, draws: MINIMUM_DRAWS, warmup: 0, seed: 0 };
	for (const [name, least] of Object.entries(smallest)) {
		const value = settings[name as keyof typeof smallest];
		if (!Number.isSafeInteger(value) || value < least) {
			throw new InputError({
				where: `sampling.${name}`,
				wanted: `an integer of at least ${least}`,
				got: `${value}`,
			});
		}
	}
}
