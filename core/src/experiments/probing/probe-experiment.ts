/** Probes on one experiment: the prior, every theory and the sampled network. */
import { type Engine, seedStream } from "@finitude/engine";
import type { Answer } from "../../answer/answer.ts";
import { type AveragedProbe, posteriorReadings, priorReadings } from "../../probes/evaluate-draws.ts";
import { jackknife } from "../../probes/jackknife.ts";
import type { DrawProbe, MomentProbe, Probe, ProbeContext } from "../../probes/probe.ts";
import { type PartialMoments, predictedMoments, priorMoments } from "../../probes/probed-moments.ts";
import { type SampledMoments, sampledMoments } from "../../probes/sampled-moments.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ChainResult } from "../../samplers/chain-result.ts";
import { orReason } from "../or-reason.ts";
import { NOT_PREDICTED, type ProbeResult, type Probing } from "./measured.ts";
import { type ProbeSources, type Read, rowsOf } from "./readings.ts";

export interface ProbingInput {
	readonly problem: Problem;
	readonly probes: readonly Probe[];
	/** Those that were not solved say nothing. */
	readonly answers: readonly Answer[];
	/** Absent where nothing was sampled. */
	readonly sampled?: ProbedChains;
	/** Of unit length, where the targets depend on one direction of the inputs. */
	readonly teacherDirection?: Float64Array;
	/** Of the networks that are drawn from the prior. */
	readonly seed: number;
}

export interface ProbedChains {
	readonly sampler: string;
	/** No z is given where it is false: it would be one of the draws, not of the posterior. */
	readonly converged: boolean;
	/** With the weights of draws, where a probe looks at networks. */
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

/** Networks drawn from the prior: averages over independent networks need no more. */
const PRIOR_NETWORKS = 200;

/**
 * Evaluates every probe that applies. A probe that refuses the numbers of one source (a kernel that is none) has the reason there.
 * @throws InputError where the prior has no kernels, which every probe is told
 */
export function probeExperiment(engine: Engine, input: ProbingInput): ProbedExperiment {
	const { problem, probes, answers, sampled, teacherDirection, seed } = input;
	const prior = priorMoments(engine, problem);
	const theories = answers.map((answer) => predictedMoments(problem, answer));
	const moments = sampled && sampledMoments(problem, sampled.chains);
	const context: ProbeContext = {
		problem,
		prior: prior.moments,
		...(teacherDirection && { teacherDirection }),
	};
	const named = answers.map(({ theory }, t) => ({ id: theory, ...theories[t]! }));
	const draws = drawReadings(engine, probes, context, sampled, seed);
	const ofMoments = (probe: MomentProbe): ProbeSources => {
		const read = ({ moments: given, missing }: PartialMoments): Read => ({
			readings: orReason(() => probe.evaluate(engine, given, context)),
			missing,
		});
		return {
			prior: read(prior),
			theories: named.map((one) => ({ id: one.id, ...read(one) })),
			...(moments && {
				sampled: {
					readings: orReason(() => jackknife(engine, probe, moments, context)),
					missing: moments.missing,
				},
			}),
		};
	};
	const ofDraws = (probe: DrawProbe): ProbeSources => ({
		prior: draws.prior(probe),
		theories: named.map(({ id, moments: given, missing }) => ({
			id,
			readings: probe.predict ? orReason(() => probe.predict!(engine, given, context)) : NOT_PREDICTED,
			missing,
			otherwise: NOT_PREDICTED,
		})),
		...(sampled && { sampled: draws.sampled(probe) }),
	});
	return {
		theories: answers.map(({ theory, convergence }) => ({ id: theory, converged: convergence.converged })),
		...(sampled && { sampled: { sampler: sampled.sampler, converged: sampled.converged } }),
		probes: probes.map((probe): ProbeResult => {
			const { id, title, needs, descriptive, quantities } = probe;
			const description = { id, title, needs, ...(descriptive && { descriptive }), quantities };
			const applies = probe.applies(problem);
			if (applies !== true) return { ...description, rows: [], reason: applies };
			const sources = probe.of === "moments" ? ofMoments(probe) : ofDraws(probe);
			return { ...description, rows: rowsOf(sources, sampled?.converged === true) };
		}),
		moments: { prior, theories, ...(moments && { sampled: moments }) },
	};
}

/** All probes of draws in one pass over the networks. */
function drawReadings(
	engine: Engine,
	probes: readonly Probe[],
	context: ProbeContext,
	sampled: ProbedChains | undefined,
	seed: number,
): { prior(probe: DrawProbe): Read; sampled(probe: DrawProbe): Read } {
	const looked = probes.filter(
		(probe): probe is DrawProbe => probe.of === "draws" && probe.applies(context.problem) === true,
	);
	const none = () => [];
	const prior =
		looked.length === 0
			? none()
			: orReason(() =>
					priorReadings(engine, looked, context, { networks: PRIOR_NETWORKS, stream: seedStream(seed) }),
				);
	const posterior =
		sampled && looked.length > 0
			? orReason(() => posteriorReadings(engine, looked, context, sampled.chains))
			: none();
	const of = (averages: AveragedProbe[] | string) => (probe: DrawProbe) => ({
		readings:
			typeof averages === "string" ? averages : averages.find((one) => one.probe === probe.id)!.readings,
		missing: {},
	});
	return { prior: of(prior), sampled: of(posterior) };
}
