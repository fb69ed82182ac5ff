import type { Engine } from "@finitude/engine";
import type { z } from "zod";
import type { Answer } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { Assumption } from "./assumptions.ts";

/** A paper, as `finitude cite` prints it. */
export interface Reference {
	/** BibTeX key, e.g. "pacelli2023statistical". */
	readonly key: string;
	readonly authors: readonly string[];
	readonly title: string;
	readonly year: number;
	readonly arxiv?: string;
	readonly journal?: string;
	readonly doi?: string;
}

/** What a theory needs beside the problem and its options. */
export interface SolveContext {
	readonly engine: Engine;
	/** Also return trainCovariance and testCovariance. */
	readonly covariance?: boolean;
	/** Called from time to time in long solves. */
	readonly onProgress?: (fraction: number, message: string) => void;
}

/**
 * A theory: one problem in, one answer out. Stateless.
 *
 * `id` is at once file name, command-line word, URL word, registry key and docs page.
 */
export interface Theory<Options extends object = Record<string, unknown>> {
	readonly id: string;
	readonly title: string;
	/** Other names that the command line and the search accept. */
	readonly aliases: readonly string[];
	/** One sentence: what is approximated. */
	readonly summary: string;
	readonly references: readonly Reference[];
	/** What it takes for granted about the hidden layers, among what a sampled network can show. */
	readonly assumes?: readonly Assumption[];
	/**
	 * The answer's `kernels.preactivation` are posterior means of h h^T, averaged over units. Left out where they are something else,
	 * such as covariances given the layer below, or not given.
	 */
	readonly posteriorLayers?: true;
	/** The id of the theory that this one is with its default options: `all` leaves it out then. */
	readonly repeats?: string;
	/** A strict Zod object whose every field has a default and a description. */
	readonly options: z.ZodType<Options>;
	/** true, or one sentence that says why this theory does not answer this problem. */
	applies(problem: Problem): true | string;
	/**
	 * @throws InputError when `applies` is not true, or the numbers make the problem unsolvable (a singular kernel at zero noise).
	 * Non-convergence is a value: `convergence.converged` false, with residual and advice.
	 */
	solve(problem: Problem, options: Options, context: SolveContext): Answer;
}
