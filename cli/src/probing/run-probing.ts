/** Probes of one experiment: its theories and its sampled network. */
import {
	type Experiment,
	isInputError,
	type Probe,
	type ProbedChains,
	type ProbedExperiment,
	probeExperiment,
	type TheoryOutcome,
	taughtDirection,
} from "@finitude/core";
import { type SampledNetwork, type SampleNetworkOptions, sampleNetwork } from "../workers/sample-network.ts";
import { solveInWorkers } from "../workers/solve-theories.ts";

export interface ProbingRun {
	readonly outcomes: readonly TheoryOutcome[];
	readonly probed: ProbedExperiment;
	/** Absent when the experiment says `sampling: false`, or there are no samples for the reason in `notSampled`. */
	readonly answer?: SampledNetwork["answer"];
	readonly notSampled?: string;
	readonly interrupted: boolean;
	/** True when every theory that answered converged, and so did the sampler where it could sample. */
	readonly converged: boolean;
}

/** Solves the theories, samples the network, and evaluates the probes. */
export async function runProbing(
	experiment: Experiment,
	probes: readonly Probe[],
	options: SampleNetworkOptions,
): Promise<ProbingRun> {
	const { problem } = experiment;
	const { engine } = options;
	const outcomes = await solveInWorkers(experiment, { ...options, engine: options.choice });
	const answers = outcomes.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
	const sampled = await sample(experiment, options);
	const network = "answer" in sampled ? sampled : undefined;
	const answer = network?.answer;
	const teacherDirection = taughtDirection(experiment, engine);
	const probed = probeExperiment(engine, {
		problem,
		probes,
		answers,
		seed: experiment.seed,
		...(network && { sampled: probedChains(network) }),
		...(teacherDirection && { teacherDirection }),
	});
	const interrupted = options.signal.aborted;
	const complete = answer === undefined ? !interrupted : answer.convergence.converged;
	return {
		outcomes,
		probed,
		...(answer && { answer }),
		...("notSampled" in sampled && { notSampled: sampled.notSampled }),
		interrupted,
		converged: complete && answers.every(({ convergence }) => convergence.converged),
	};
}

/** A sampled network as probes take it. */
export function probedChains({ answer, chains }: SampledNetwork): ProbedChains {
	return { sampler: answer.sampler, converged: answer.convergence.converged, chains };
}

async function sample(
	{ problem, sampling }: Experiment,
	options: SampleNetworkOptions,
): Promise<SampledNetwork | { readonly notSampled?: string }> {
	if (sampling === false) return {};
	const interrupted = { notSampled: "interrupted before there were enough draws." };
	if (options.signal.aborted) return interrupted;
	try {
		return (await sampleNetwork(problem, sampling, options)) ?? interrupted;
	} catch (error) {
		// Like a theory that does not apply: prior and theories stand without it.
		if (!isInputError(error)) throw error;
		return { notSampled: error.message };
	}
}
