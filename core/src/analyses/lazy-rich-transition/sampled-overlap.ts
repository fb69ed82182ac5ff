import { seedStream, splitStream } from "@finitude/engine";
import type { SampledAnswer } from "../../answer/answer.ts";
import { mean, variance } from "../../diagnostics/moments.ts";
import { InputError } from "../../errors.ts";
import { parseWith } from "../../problem/faults.ts";
import { findSampler } from "../../samplers/registry.ts";
import type { AnalysisContext } from "../analysis.ts";
import type { TransitionOptions, TransitionSampling } from "./options.ts";
import { parametersAt, type Sweep, type TransitionParameters } from "./sweep.ts";
import { teacherProblem } from "./teacher-problem.ts";

/** The overlap of sampled networks, averaged over data sets. */
export interface SampledOverlap {
	readonly alpha: number;
	/** Of one data set the Monte-Carlo error; of several that of the mean over them, which contains it. */
	readonly standardError: number;
	/** Standard deviation from data set to data set, where there are several. */
	readonly spread?: number;
	/** Whether all chains agree. */
	readonly converged: boolean;
	readonly maxRHat?: number;
}

/** The sampling options with every default filled in. @throws InputError for an unknown sampler or option. */
export function completeSampling(
	sampling: TransitionSampling,
	sweep: Sweep | undefined,
	seed: number,
): TransitionSampling {
	const sampler = findSampler(sampling.sampler, "options.sampling.sampler");
	const options = parseWith(sampler.options, sampling.options, "options.sampling.options");
	const { at } = sampling;
	const stray = at?.findIndex((value) => !sweep?.values.includes(value)) ?? -1;
	if (stray >= 0) {
		throw new InputError({
			where: `options.sampling.at[${stray}]`,
			wanted: sweep === undefined ? "no list, since nothing is swept" : `one of the values of ${sweep.name}`,
			got: `${at![stray]}`,
		});
	}
	return {
		...sampling,
		options: { ...options },
		seed: sampling.seed ?? seed,
		dataSeed: sampling.dataSeed ?? seed,
	};
}

/** The overlaps at the values that were to be sampled, up to an interruption. */
export interface SampledOverlaps {
	/** Undefined where nothing is swept. */
	readonly at: readonly (number | undefined)[];
	readonly overlaps: readonly SampledOverlap[];
}

/** Samples linear convolutional networks at every value, each with chains of its own seed on the same Gaussian data sets. */
export async function sampleOverlaps(
	options: TransitionOptions,
	sampling: TransitionSampling,
	sweep: Sweep | undefined,
	context: AnalysisContext,
): Promise<SampledOverlaps> {
	const at = sampling.at ?? sweep?.values ?? [undefined];
	const overlaps: SampledOverlap[] = [];
	for (const [index, value] of at.entries()) {
		const firstSeed = sampling.seed! + index * sampling.dataSets;
		const overlap = await overlapOver(parametersAt(options, sweep, value), sampling, firstSeed, context);
		if (overlap === undefined) break;
		overlaps.push(overlap);
		context.onProgress?.((index + 1) / at.length, `sampled ${index + 1} of ${at.length} values`);
	}
	return { at, overlaps };
}

/** The overlap averaged over the data sets; undefined when interrupted. */
async function overlapOver(
	parameters: TransitionParameters,
	{ dataSets, dataSeed, sampler, chains, draws, warmup, options }: TransitionSampling,
	firstSeed: number,
	{ engine, sample }: AnalysisContext,
): Promise<SampledOverlap | undefined> {
	const answers: SampledAnswer[] = [];
	for (let set = 0; set < dataSets; set++) {
		const problem = teacherProblem(parameters, engine, splitStream(seedStream(dataSeed!), set));
		const seed = (firstSeed + set) % Number.MAX_SAFE_INTEGER;
		const sampled = await sample(problem, { sampler, chains, draws, warmup, seed, options });
		if (sampled === undefined) return undefined;
		answers.push(sampled.answer);
	}
	const { targetAmplitude } = parameters;
	const overlaps = Float64Array.from(answers, ({ testMean }) => testMean!.data[0]! / targetAmplitude);
	const alpha = mean(overlaps);
	const rHats = answers.flatMap(({ diagnostics: { maxRHat } }) => (maxRHat === undefined ? [] : [maxRHat]));
	const shared = {
		alpha,
		converged: answers.every(({ convergence }) => convergence.converged),
		...(rHats.length > 0 && { maxRHat: Math.max(...rHats) }),
	};
	if (dataSets === 1) {
		return { ...shared, standardError: answers[0]!.testMeanStandardError!.data[0]! / targetAmplitude };
	}
	const spread = Math.sqrt(variance(overlaps));
	return { ...shared, standardError: spread / Math.sqrt(dataSets), spread };
}
