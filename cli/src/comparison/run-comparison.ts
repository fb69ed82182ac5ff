/** The main job: all theories and the sampled network on one problem. */
import {
	type AssumptionCheck,
	type Comparison,
	type ComparisonRow,
	checkAssumptions,
	comparedPoints,
	compareWithSamples,
	type Experiment,
	integrationOf,
	isInputError,
	type LayerSeparation,
	missedModes,
	type ProbedExperiment,
	type ProjectionError,
	predictionAt,
	probeComparison,
	projectionMcse,
	type ReportedAnswer,
	type SamplingSettings,
	separationOfScales,
	type TheoryOutcome,
	theoryRow,
	type Verdict,
	verdict,
} from "@finitude/core";
import type { Engine } from "@finitude/engine";
import { probedChains } from "../probing/run-probing.ts";
import { type SampledNetwork, type SampleNetworkOptions, sampleNetwork } from "../workers/sample-network.ts";
import { solveInWorkers } from "../workers/solve-theories.ts";

export interface ComparisonRun {
	readonly outcomes: readonly TheoryOutcome[];
	/** One row for each theory that answered, with its distances where there are samples. */
	readonly rows: readonly ComparisonRow[];
	/** Absent when the experiment says `sampling: false`, or there are no samples for the reason in `notSampled`. */
	readonly sampling?: SampledComparison;
	readonly notSampled?: string;
	readonly engine: Engine;
	/** Probes of the kernels; or why there are none. */
	readonly learned: ProbedExperiment | string;
	/** True when Ctrl-C ended the run early. */
	readonly interrupted: boolean;
	/** True when every theory that answered converged, and so did the sampler where it could sample. */
	readonly converged: boolean;
}

export interface SampledComparison {
	readonly answer: SampledNetwork["answer"];
	readonly chains: SampledNetwork["chains"];
	readonly comparison: Comparison;
	readonly verdict: Verdict;
	/** What the hidden layers say of the assumptions of the theories that answered; no verdicts where the sampler did not converge. */
	readonly separation: {
		readonly layers: readonly LayerSeparation[];
		readonly assumptions: readonly AssumptionCheck[];
	};
	/** Signs that the chains have missed a mode. */
	readonly warnings: readonly string[];
}

const INTERRUPTED = "interrupted before there were enough draws.";

/** Solves the theories, then samples the network, in worker threads: this one stays free to hear Ctrl-C. */
export async function runComparison(
	experiment: Experiment,
	options: SampleNetworkOptions,
): Promise<ComparisonRun> {
	const outcomes = await solveInWorkers(experiment, { ...options, engine: options.choice });
	const answers = outcomes.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
	const sampled = await sampleAndCompare(experiment, answers, options);
	const { sampling } = sampled;
	const learned = probeComparison(options.engine, {
		problem: experiment.problem,
		answers,
		...(sampling && { sampled: probedChains(sampling) }),
	});
	const rows =
		sampling?.comparison.theories ?? answers.map((answer) => theoryRow(experiment.problem, answer));
	const interrupted = options.signal.aborted;
	const complete = sampling === undefined ? !interrupted : sampling.answer.convergence.converged;
	return {
		outcomes,
		rows,
		...sampled,
		learned,
		engine: options.engine,
		interrupted,
		converged: complete && answers.every((answer) => answer.convergence.converged),
	};
}

async function sampleAndCompare(
	experiment: Experiment,
	answers: readonly ReportedAnswer[],
	options: SampleNetworkOptions,
): Promise<Pick<ComparisonRun, "sampling" | "notSampled">> {
	const settings = experiment.sampling;
	if (settings === false) return {};
	if (options.signal.aborted) return { notSampled: INTERRUPTED };
	try {
		return await compareWithNetwork(experiment, settings, answers, options);
	} catch (error) {
		// Like a theory that does not apply: the theories' answers stand without it.
		if (!isInputError(error)) throw error;
		return { notSampled: error.message };
	}
}

async function compareWithNetwork(
	experiment: Experiment,
	settings: SamplingSettings,
	answers: readonly ReportedAnswer[],
	options: SampleNetworkOptions,
): Promise<Pick<ComparisonRun, "sampling" | "notSampled">> {
	const { problem } = experiment;
	const sampled = await sampleNetwork(problem, settings, options);
	if (sampled === undefined) return { notSampled: INTERRUPTED };
	const { answer, chains } = sampled;
	const points = comparedPoints(problem);
	const ranked = answers.map((candidate) => ({
		id: candidate.theory,
		...predictionAt(points, candidate),
		converged: candidate.convergence.converged,
		integration: {
			mean: integrationOf(candidate, "mean", points),
			variance: integrationOf(candidate, "variance", points),
		},
	}));
	const projectionError: ProjectionError = (weights, moment) =>
		projectionMcse(chains, weights, points, moment);
	const layers = separationOfScales(options.engine, problem, chains);
	const judged = answer.convergence.converged ? answers.map(({ theory }) => theory) : [];
	return {
		sampling: {
			answer,
			chains,
			separation: { layers, assumptions: checkAssumptions(layers, judged) },
			comparison: compareWithSamples(problem, answers, answer, projectionError),
			verdict: verdict(ranked, predictionAt(points, answer), answer, projectionError),
			warnings: missedModes(answers, answer),
		},
	};
}
