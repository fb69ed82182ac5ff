/** What analyses that sweep the width of a network share. */
import { z } from "zod";
import type { Convergence } from "../answer/answer.ts";
import { InputError } from "../errors.ts";
import { samplingSchema } from "../experiments/schema.ts";
import { parseWith } from "../problem/faults.ts";
import type { Problem } from "../problem/problem.ts";
import { findSampler } from "../samplers/registry.ts";

/** How to sample, without what a sweep has no use for. */
export const sweepSamplingSchema = samplingSchema.omit({
	covariance: true,
	evidence: true,
	saveWeights: true,
});

/** The same for what needs differences between chains. */
export const severalChainsSchema = sweepSamplingSchema.extend({
	chains: z
		.int("an integer from 2 to 1000")
		.min(2, "an integer from 2 to 1000")
		.max(1000, "an integer from 2 to 1000")
		.default(4)
		.describe("Two at least: what differs between chains gives errors."),
});

/**
 * The sampling options with every default filled in.
 * @param where the field that holds them
 * @throws InputError for an unknown sampler or option.
 */
export function completeSampling<Sampling extends z.output<typeof sweepSamplingSchema>>(
	sampling: Sampling,
	seed: number,
	where = "options.sampling",
): Sampling & { readonly seed: number } {
	const sampler = findSampler(sampling.sampler, `${where}.sampler`);
	const options = parseWith(sampler.options, sampling.options, `${where}.options`);
	return { ...sampling, seed: sampling.seed ?? seed, options: { ...options } };
}

/**
 * Analyses that look at saved weights take all draws alike.
 * @throws InputError for a sampler of weighted draws
 */
export function refuseWeighted(sampler: string, where = "options.sampling"): void {
	if (findSampler(sampler).weighted !== true) return;
	throw new InputError({
		where: `${where}.sampler`,
		wanted: "a sampler whose draws count alike",
		got: sampler,
		advice: "Use hmc.",
	});
}

/** What a sweep was asked about, but for the widths. */
export interface SweptProblem {
	readonly trainPoints: number;
	readonly inputs: number;
	/** "dense erf", from the inputs up. */
	readonly layers: readonly string[];
	readonly scaling: "standard" | "mean-field";
	/** As the file has it: divided by the width where `noiseScaling` says so. */
	readonly noiseVariance: number;
}

export function sweptProblem({ trainInputs, network, noiseVariance }: Problem): SweptProblem {
	return {
		trainPoints: trainInputs.rows,
		inputs: trainInputs.columns,
		layers: network.layers.map(({ type, activation }) => `${type} ${activation}`),
		scaling: network.scaling,
		noiseVariance,
	};
}

/** Where something went wrong on the way. */
export interface SweepFaults {
	/** What is swept; N, the width, when left out. */
	readonly variable?: string;
	/** What an interruption left out: "larger widths are missing". */
	readonly interrupted?: string;
	/** Where the sampler did not converge. */
	readonly stuck: readonly number[];
	/** Where each theory did not converge. */
	readonly unsolved: readonly { readonly label: string; readonly at: readonly number[] }[];
}

/** Of the samplers and the theories along the whole sweep. */
export function sweepConvergence({ variable = "N", interrupted, stuck, unsolved }: SweepFaults): Convergence {
	const faults = [
		...(interrupted === undefined ? [] : [`interrupted: ${interrupted}`]),
		...(stuck.length === 0
			? []
			: [`the sampler did not converge at ${variable} = ${stuck.join(", ")}: raise draws and warmup`]),
		...unsolved.flatMap(({ label, at }) =>
			at.length === 0 ? [] : [`${label} did not converge at ${variable} = ${at.join(", ")}`],
		),
	];
	const advice = faults.join("; ");
	return {
		converged: faults.length === 0,
		iterations: 0,
		residual: 0,
		...(faults.length > 0 && { advice: `${advice[0]!.toUpperCase()}${advice.slice(1)}.` }),
	};
}
