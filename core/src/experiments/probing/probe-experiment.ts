/** Probes on one experiment: the prior, every theory and the sampled network. */
import type { Engine } from "@finitude/engine";
import type { Answer } from "../../answer/answer.ts";
import { jackknife, type SampledReading } from "../../probes/jackknife.ts";
import type { MomentProbe, Probe, ProbeContext } from "../../probes/probe.ts";
import { type PartialMoments, predictedMoments, priorMoments } from "../../probes/probed-moments.ts";
import { type SampledMoments, sampledMoments } from "../../probes/sampled-moments.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ChainResult } from "../../samplers/chain-result.ts";
import { orReason } from "../or-reason.ts";
import type { Measured, ProbeResult, ProbeRow, Probing } from "./measured.ts";
import { measuredAt, placesOf, predictedAt, type Read } from "./readings.ts";

export interface ProbingInput {
	readonly problem: Problem;
	readonly probes: readonly Probe[];
	/** Those that were not solved say nothing. */
	readonly answers: readonly Answer[];
	/** Absent where nothing was sampled. */
	readonly sampled?: ProbedChains;
	/** Of unit length, where the targets depend on one direction of the inputs. */
	readonly teacherDirection?: Float64Array;
}

export interface ProbedChains {
	readonly sampler: string;
	/** No z is given where it is false: it would be one of the draws, not of the posterior. */
	readonly converged: boolean;
	readonly chains: readonly ChainResult[];
}

/** A probing with the moments behind it, which figures show. */
export interface ProbedExperiment extends Probing {
	readonly moments: {
		readonly prior: PartialMoments;
		/** In the order of `theories`. */
		readonly theories: readonly PartialMoments[];
		readonly sampled?: SampledMoments;
	};
}

/**
 * Evaluates every probe that applies. A probe that refuses the numbers of one source (a kernel that is none) has the reason there.
 * @throws InputError where the prior has no kernels, which every probe is told
 */
export function probeExperiment(engine: Engine, input: ProbingInput): ProbedExperiment {
	const { problem, probes, answers, sampled, teacherDirection } = input;
	const prior = priorMoments(engine, problem);
	const theories = answers.map((answer) => ({ id: answer.theory, ...predictedMoments(problem, answer) }));
	const moments = sampled && sampledMoments(problem, sampled.chains);
	const context: ProbeContext = {
		problem,
		prior: prior.moments,
		...(teacherDirection && { teacherDirection }),
	};
	const sources: Sources = {
		prior,
		theories,
		...(moments && { sampled: { ...moments, converged: sampled.converged } }),
	};
	return {
		theories: answers.map(({ theory, convergence }) => ({ id: theory, converged: convergence.converged })),
		...(sampled && { sampled: { sampler: sampled.sampler, converged: sampled.converged } }),
		probes: probes.map((probe) => resultOf(engine, probe, context, sources)),
		moments: { prior, theories, ...(moments && { sampled: moments }) },
	};
}

interface Sources {
	readonly prior: PartialMoments;
	readonly theories: readonly (PartialMoments & { readonly id: string })[];
	readonly sampled?: SampledMoments & { readonly converged: boolean };
}

function resultOf(engine: Engine, probe: Probe, context: ProbeContext, sources: Sources): ProbeResult {
	const { id, title, needs, descriptive, quantities } = probe;
	const applies = probe.applies(context.problem);
	const description = { id, title, needs, ...(descriptive && { descriptive }), quantities };
	if (applies !== true) return { ...description, rows: [], reason: applies };
	return { ...description, rows: momentRows(engine, probe as MomentProbe, context, sources) };
}

function momentRows(
	engine: Engine,
	probe: MomentProbe,
	context: ProbeContext,
	{ prior, theories, sampled }: Sources,
): ProbeRow[] {
	const read = ({ moments, missing }: PartialMoments): Read => ({
		readings: orReason(() => probe.evaluate(engine, moments, context)),
		missing,
	});
	const ofPrior = read(prior);
	const ofTheories = theories.map((one) => ({ id: one.id, ...read(one) }));
	const ofSamples: { readings: readonly SampledReading[] | string } | undefined = sampled && {
		readings: orReason(() => jackknife(engine, probe, sampled, context)),
	};
	const all = [ofPrior, ...(ofSamples ? [ofSamples] : []), ...ofTheories];
	return placesOf(all.map(({ readings }) => readings)).map((place): ProbeRow => {
		const seen: Measured | undefined =
			ofSamples && measuredAt(place, { readings: ofSamples.readings, missing: sampled!.missing });
		return {
			...place,
			prior: measuredAt(place, ofPrior),
			theories: Object.fromEntries(
				ofTheories.map((one) => [one.id, predictedAt(place, one, sampled?.converged ? seen : undefined)]),
			),
			...(seen && { sampled: seen }),
		};
	});
}
