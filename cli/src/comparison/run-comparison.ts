/** The main job: all theories and the sampled network on one problem. */
import {
	type Comparison,
	combineChains,
	comparedPoints,
	compareWithSamples,
	type Experiment,
	predictionAt,
	projectionMcse,
	type SampledAnswer,
	solveTheories,
	type TheoryOutcome,
	type Verdict,
	verdict,
} from "@finitude/core";
import type { Engine, EngineChoice } from "@finitude/engine";
import { createSamplingProgress } from "../render/progress.ts";
import { sampleChains } from "../workers/sample-chains.ts";

export interface ComparisonRun {
	readonly outcomes: readonly TheoryOutcome[];
	/** Absent when the experiment says `sampling: false`, or Ctrl-C came before there were enough draws. */
	readonly sampling?: SampledComparison;
	readonly engine: Engine;
	/** True when Ctrl-C ended the run early. */
	readonly interrupted: boolean;
	/** True when every theory that answered and the sampler converged. */
	readonly converged: boolean;
}

export interface SampledComparison {
	readonly answer: SampledAnswer;
	readonly comparison: Comparison;
	readonly verdict: Verdict;
	readonly seconds: number;
}

export interface RunOptions {
	readonly engine: Engine;
	readonly choice: EngineChoice;
	readonly workers?: number;
	readonly signal: AbortSignal;
}

const clock = () => performance.now() / 1000;

/** Solves the theories in this thread, then samples over worker threads. */
export async function runComparison(experiment: Experiment, options: RunOptions): Promise<ComparisonRun> {
	const outcomes = solveTheories(experiment.problem, experiment.theories, {
		engine: options.engine,
		clock,
		shouldStop: () => options.signal.aborted,
	});
	const sampling = await sampleAndCompare(experiment, outcomes, options);
	const sampled = experiment.sampling === false || sampling?.answer.convergence.converged === true;
	const solved = outcomes.every((outcome) => !("answer" in outcome) || outcome.answer.convergence.converged);
	return {
		outcomes,
		...(sampling === undefined ? {} : { sampling }),
		engine: options.engine,
		interrupted: options.signal.aborted,
		converged: solved && sampled,
	};
}

async function sampleAndCompare(
	experiment: Experiment,
	outcomes: readonly TheoryOutcome[],
	options: RunOptions,
): Promise<SampledComparison | undefined> {
	const settings = experiment.sampling;
	if (settings === false) return undefined;
	const { problem } = experiment;
	const start = clock();
	const progress = createSamplingProgress(settings);
	const chains = await sampleChains(problem, settings, {
		engine: options.choice,
		signal: options.signal,
		onProgress: progress.update,
		...(options.workers === undefined ? {} : { workers: options.workers }),
	}).finally(progress.finish);
	if (chains.length === 0) return undefined;
	const answer = combineChains(problem, settings, chains);
	const answers = outcomes.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
	const points = comparedPoints(problem);
	const ranked = answers.map((candidate) => ({
		id: candidate.theory,
		...predictionAt(points, candidate),
		converged: candidate.convergence.converged,
	}));
	return {
		answer,
		comparison: compareWithSamples(problem, answers, answer),
		verdict: verdict(ranked, predictionAt(points, answer), answer, (weights, moment) =>
			projectionMcse(chains, weights, points, moment),
		),
		seconds: clock() - start,
	};
}
