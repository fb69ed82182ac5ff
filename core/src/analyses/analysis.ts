import type { Engine } from "@finitude/engine";
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

/** What an analysis is asked about. */
export interface AnalysisInput {
	/** Given where `needsProblem` is true, and only there. */
	readonly problem?: Problem;
	/** Of everything random without a seed of its own. */
	readonly seed: number;
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
	/** Whether it analyzes a data set and a network; else its options say everything. */
	readonly needsProblem: boolean;
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
