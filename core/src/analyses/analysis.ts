import type { Engine, Matrix } from "@finitude/engine";
import type { z } from "zod";
import type { Convergence, SampledAnswer, ValidityNote } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import type { SamplingSettings } from "../samplers/sampler.ts";
import type { Reference } from "../theories/theory.ts";

/** What an analysis may put among its results: plain data, without null. */
export type ResultValue =
	| number
	| string
	| boolean
	| readonly ResultValue[]
	| { readonly [name: string]: ResultValue };

/** What an analysis says: like a theory's answer, with results of its own in place of a prediction. */
export interface AnalysisAnswer<Options extends object = object, Results extends object = object> {
	readonly analysis: string;
	/** All of them, defaults filled in. */
	readonly options: Options;
	/** Named by the analysis; every value is a `ResultValue`. */
	readonly results: Results;
	readonly convergence: Convergence;
	readonly validity: readonly ValidityNote[];
	/** Why a result named on the analysis's page is not here. */
	readonly absent: Readonly<Record<string, string>>;
}

/** The results as a table, for terminals and for CSV files. */
export interface AnalysisTable {
	readonly columns: readonly string[];
	/** A row has one cell for each column; "" where there is nothing. */
	readonly rows: readonly (readonly (number | string)[])[];
}

/** The posterior of a real network, and the draws behind it: errors of what is not in the answer need them. */
export interface SampledNetwork {
	readonly answer: SampledAnswer;
	readonly chains: readonly ChainResult[];
}

/**
 * The posterior of a real network by sampling. Undefined when it was interrupted before there were enough draws.
 * @throws InputError when the sampler refuses the problem.
 */
export type SampleNetwork = (
	problem: Problem,
	settings: SamplingSettings,
) => Promise<SampledNetwork | undefined>;

/** What an analysis needs beside its input and its options. */
export interface AnalysisContext {
	readonly engine: Engine;
	/** Seconds from any fixed point. */
	readonly clock: () => number;
	/** By worker threads, or in this thread with `sampleInProcess`. */
	readonly sample: SampleNetwork;
	/** Called from time to time in long analyses. */
	readonly onProgress?: (fraction: number, message: string) => void;
}

/** A network and its noise, without data. */
export type NetworkSetting = Pick<Problem, "network" | "noiseVariance">;

/** What an analysis may be asked about beside its options: a data set with network and noise, these two alone, or nothing. */
export type Subject = "problem" | "network" | "options";

/** J fresh points of a teacher. */
export interface FreshPoints {
	/** J x d. */
	readonly inputs: Matrix;
	/** Of the J inputs, without noise. */
	readonly targets: Float64Array;
	/** Of the noise that training targets carry. */
	readonly noiseVariance: number;
}

/** What an analysis is asked about: `problem`, `setting` or neither. */
export interface AnalysisInput {
	readonly problem?: Problem;
	/** Of a file without data. */
	readonly setting?: NetworkSetting;
	/** Of everything random without a seed of its own. */
	readonly seed: number;
	/** Points of the task that the data come from, other than its training points, where they come from a teacher. */
	readonly freshPoints?: (count: number) => FreshPoints;
	/** The direction that the targets depend on, where the data come from a teacher that has one (`teacherDirection`). */
	readonly teacherDirection?: Float64Array;
}

/**
 * A question that is not "what is the posterior of this problem?": a transition, a scan, a comparison over widths. Stateless.
 *
 * `id` is at once file name, command-line word, URL word, registry key and docs page.
 */
export interface Analysis<Options extends object = object, Results extends object = object> {
	readonly id: string;
	readonly title: string;
	/** Other names that the command line accepts. */
	readonly aliases: readonly string[];
	/** One sentence: what is computed. */
	readonly summary: string;
	readonly references: readonly Reference[];
	/** A strict Zod object whose every field has a description; those without a default must be given. */
	readonly options: z.ZodType<Options>;
	/** What it can be asked about: one of these. */
	readonly subjects: readonly Subject[];
	/**
	 * @throws InputError when the problem or the options cannot be analyzed. Non-convergence is a value.
	 */
	solve(
		input: AnalysisInput,
		options: Options,
		context: AnalysisContext,
	): Promise<AnalysisAnswer<Options, Results>>;
	/** The results of an answer of this analysis, line by line. */
	table(answer: AnalysisAnswer<Options, Results>): AnalysisTable;
}
