import { type Engine, seedStream, splitStream } from "@finitude/engine";
import { MINIMUM_DRAWS } from "../diagnostics/diagnostic.ts";
import { InputError } from "../errors.ts";
import { parseWith } from "../problem/faults.ts";
import { checkProblem } from "../problem/parse-problem.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainCounters, ChainOptions, ChainResult, ChainSnapshot } from "./chain-result.ts";
import { createDrawStore } from "./draw-store.ts";
import { evidenceNumbers } from "./evidence/evidence-request.ts";
import { keepsKernelBatches, refuseTooLarge } from "./memory.ts";
import { createWeightReader } from "./network-weights.ts";
import { createObserver } from "./observer.ts";
import { findSampler } from "./registry.ts";
import type { SamplingSettings, StepInfo } from "./sampler.ts";
import { createSamplingSpace } from "./sampling-space.ts";
import { createScalarFunctions } from "./scalar-functions.ts";

/**
 * Runs one chain: a start, `warmup` adapting steps, then `draws` kept ones with frozen tuning.
 *
 * The draws depend on the problem, the settings, the engine and `chainIndex` alone: chain c has the stream
 * splitStream(seedStream(seed), c), whose children 0, 1 and 2 drive the transitions, the observations and what is filled in of
 * saved weights. A chain that goes on
 * from a snapshot gives the same bits as one that never stopped.
 * @throws InputError for unknown samplers, problems that are not sound (`checkProblem`), problems and options that the sampler
 * refuses, impossible settings, snapshots whose draws have another shape, and runs that do not fit in memory.
 */
export function runChain(
	problem: Problem,
	engine: Engine,
	settings: SamplingSettings,
	chainIndex: number,
	{ onProgress, shouldStop, resume, wantsSnapshot, onSnapshot }: ChainOptions = {},
): ChainResult {
	refuseImpossible(settings);
	checkProblem(problem);
	refuseTooLarge(problem, settings);
	const mark = engine.mark();
	try {
		const { space, kernel, weighted, rungCount } = bind(problem, engine, settings);
		const observer = createObserver(space, settings);
		const { saveWeights, weightsEvery = 1 } = settings;
		const reader = saveWeights === true ? createWeightReader(space) : undefined;
		const streams = resume ? copyOf(resume) : chainStreams(settings.seed, chainIndex);
		const { transitions, observations } = streams;
		const store = createDrawStore(problem, settings.draws, {
			rungCount,
			kernelBatches: keepsKernelBatches(problem, settings),
			...(reader && { weightCount: reader.count, weightsEvery }),
			...(weighted && { weighing: createScalarFunctions(engine) }),
		});
		if (resume) store.restore(resume.store);
		let counters = resume?.counters ?? NOTHING_COUNTED;
		let state = resume ? resume.state : kernel.init(transitions);
		const total = settings.warmup + settings.draws;
		for (let step = (resume?.step ?? 0) + 1; step <= total; step++) {
			const warmingUp = step <= settings.warmup;
			if (step === settings.warmup + 1) counters = NOTHING_COUNTED;
			const outcome = kernel.step(state, transitions, warmingUp);
			state = outcome.state;
			counters = counted(counters, outcome.info);
			if (!warmingUp) {
				const draw = kernel.draw(state);
				const read = (step - settings.warmup - 1) % weightsEvery === 0 ? reader : undefined;
				const weights = read?.read(draw, streams.weights);
				store.keep(observer.observe(draw, observations), outcome.info, weights);
			}
			onProgress?.({
				phase: warmingUp ? "warmup" : "sampling",
				step,
				total,
				acceptance: counters.acceptance / (warmingUp ? step : step - settings.warmup),
				logDensity: store.logDensity(),
			});
			const stop = shouldStop?.() ?? false;
			if (wantsSnapshot?.(stop || step === total)) {
				onSnapshot?.({
					step,
					state,
					...copyOf(streams),
					counters,
					store: store.snapshot(),
				});
			}
			if (stop) break;
		}
		const { acceptance: _, ...rest } = counters;
		return {
			chain: chainIndex,
			...store.finish(),
			...(kernel.ladder && { ladder: kernel.ladder(state) }),
			...(store.logDensity().length === 0 ? { shortenedSteps: 0 } : rest),
			...(reader && { weightArrays: reader.arrays }),
			...(reader && weightsEvery > 1 && { weightsEvery }),
			notes: [...space.notes, ...kernel.notes, ...observer.notes],
		};
	} finally {
		engine.release(mark);
	}
}

/** The transition kernel of the settings' sampler on a problem. @throws InputError when it refuses the problem or an option. */
function bind(problem: Problem, engine: Engine, settings: SamplingSettings) {
	const sampler = findSampler(settings.sampler, "sampling.sampler");
	const options = parseWith(sampler.options, settings.options ?? {}, "sampling.options");
	const verdict = sampler.applies(problem);
	if (verdict !== true) {
		throw new InputError({
			where: "sampling.sampler",
			wanted: `a problem that ${sampler.id} can sample`,
			got: "another",
			sentence: verdict,
		});
	}
	const space = createSamplingSpace(engine, problem);
	const plan = { warmup: settings.warmup, evidence: settings.evidence === true };
	return {
		space,
		kernel: sampler.prepare(space, options, plan),
		weighted: sampler.weighted === true,
		rungCount: evidenceNumbers(settings),
	};
}

type ChainStreams = Pick<ChainSnapshot, "transitions" | "observations" | "weights">;

/** The independent streams of one chain. */
function chainStreams(seed: number, chainIndex: number): ChainStreams {
	const stream = splitStream(seedStream(seed), chainIndex);
	return {
		transitions: splitStream(stream, 0),
		observations: splitStream(stream, 1),
		weights: splitStream(stream, 2),
	};
}

function copyOf({ transitions, observations, weights }: ChainStreams): ChainStreams {
	return { transitions: transitions.slice(), observations: observations.slice(), weights: weights.slice() };
}

const NOTHING_COUNTED: ChainCounters = { acceptance: 0, shortenedSteps: 0 };

function counted(
	sums: ChainCounters,
	{ acceptance, stepSize, shortened, gradientEvaluations }: StepInfo,
): ChainCounters {
	return {
		acceptance: sums.acceptance + acceptance,
		shortenedSteps: sums.shortenedSteps + (shortened === true ? 1 : 0),
		...(stepSize === undefined ? {} : { stepSize }),
		...(gradientEvaluations === undefined
			? {}
			: { gradientEvaluations: (sums.gradientEvaluations ?? 0) + gradientEvaluations }),
	};
}

function refuseImpossible(settings: SamplingSettings): void {
	const smallest = { chains: 1, draws: MINIMUM_DRAWS, warmup: 0, seed: 0, weightsEvery: 1 };
	for (const [name, least] of Object.entries(smallest)) {
		const value = settings[name as keyof typeof smallest] ?? 1;
		if (!Number.isSafeInteger(value) || value < least) {
			throw new InputError({
				where: `sampling.${name}`,
				wanted: `an integer of at least ${least}`,
				got: `${value}`,
			});
		}
	}
}
