/**
 * `kernel-adaptation`: how kernels and weights adapt to the data as the width falls.
 *
 * 1. Computes: overlap of discrepancy and targets, training error, spectrum of the first layer's weight covariance, kernels.
 * 2. Inputs: a problem, widths, theories with options, which widths to sample, a teacher's direction where there is one.
 * 3. Exact: nothing itself; every number is a function of an answer, as exact as the theory, or with its Monte-Carlo error.
 * 4. Symbols: t, alpha, Sigma, the emergent scale; docs/analyses/kernel-adaptation.md.
 * 5. Solves: nothing itself; each theory solves its own equations at every width.
 * 6. Gives: the measures (1)-(5) of the page at every width, the same of the infinite-width limit, kernels at one width.
 * 7. References: Seroussi, Naveh and Ringel 2021, arXiv 2112.15383.
 * 8. Cost: that of the theories, of one infinite-width solution a width, and of one run of the sampler a sampled width.
 * 9. Fails: a theory that gives no Sigma has no spectrum; the crossover width is an order of magnitude, not a threshold.
 * 10. Checked: the published width sweep, sampled networks, derivatives against finite differences.
 */

import { sortedOnce } from "../experiments/sorted-once.ts";
import { chosenTheories } from "../experiments/theory-choice.ts";
import type { Problem } from "../problem/problem.ts";
import type { Analysis } from "./analysis.ts";
import { firstLayerOf } from "./first-layer.ts";
import { checkSweep, checkWidthsOf } from "./kernel-adaptation/checks.ts";
import { type AdaptationOptions, options } from "./kernel-adaptation/options.ts";
import { type AdaptationResults, adaptationResults } from "./kernel-adaptation/results.ts";
import { sampleWidths, solveWidth } from "./kernel-adaptation/steps.ts";
import { adaptationTable } from "./kernel-adaptation/table.ts";
import { absentReasons, validityNotes } from "./kernel-adaptation/validity.ts";
import { completeSampling, sweepConvergence } from "./sweep.ts";

export const kernelAdaptation: Analysis<AdaptationOptions, AdaptationResults> = {
	id: "kernel-adaptation",
	title: "Adaptation of kernels to the data",
	aliases: ["feature-learning", "adaptation"],
	summary:
		"Discrepancy, weight covariance and kernels against the width: how much the network adapts to its data.",
	references: [
		{
			key: "seroussi2021separation",
			authors: ["Seroussi, Inbar", "Naveh, Gadi", "Ringel, Zohar"],
			title: "Separation of scales and a thermodynamic description of feature learning in some CNNs",
			year: 2021,
			arxiv: "2112.15383",
		},
	],
	options,
	subjects: ["problem"],
	async solve(input, given, context) {
		const problem = input.problem!;
		const theories = chosenTheories(given.theories);
		const widths = sortedOnce(given.widths);
		checkSweep(problem, given.layer);
		checkWidthsOf(given, widths);
		const layer = firstLayerOf({ ...input, problem }, given.teacherDirection);
		const sampling = given.sampling && completeSampling(given.sampling, input.seed);
		const at = sampling === false ? [] : sortedOnce(sampling.at ?? widths);
		const kernelsAt = given.kernelsAt ?? defaultKernelsAt(problem, at[0] ?? widths[0]!);

		const progress = (done: number, message: string) =>
			context.onProgress?.(done / (widths.length + at.length), message);
		const steps = widths.map((width, i) => {
			const step = solveWidth(problem, width, given, theories, context);
			progress(i + 1, `width ${width}`);
			return step;
		});
		const sampled =
			sampling === false
				? []
				: await sampleWidths(problem, given, sampling, at, context, (i) =>
						progress(widths.length + i + 1, `sampled width ${at[i]}`),
					);
		const results = adaptationResults(
			problem,
			{ steps, sampled, theories, layer, kernelsAt },
			context.engine,
		);
		return {
			analysis: "kernel-adaptation",
			options: {
				...given,
				widths,
				...(layer.given && { teacherDirection: layer.given }),
				sampling: sampling && { ...sampling, at },
				kernelsAt,
			},
			results,
			convergence: sweepConvergence({
				...(sampled.length < at.length && { interrupted: "larger widths were not sampled" }),
				stuck: sampled
					.filter(({ network }) => !network.answer.convergence.converged)
					.map(({ width }) => width),
				unsolved: theories.map(({ label }, t) => ({
					label,
					at: steps
						.filter(({ answers }) => answers[t]!.answer?.convergence.converged === false)
						.map(({ width }) => width),
				})),
			}),
			validity: validityNotes(results, steps[0]!.answers),
			absent: absentReasons(results, sampling !== false, layer.noDirection),
		};
	},
	table: adaptationTable,
};

/** Beyond this number of points kernels are kept on request only: files of P x P numbers grow to tens of megabytes. */
const KERNEL_POINTS = 256;

function defaultKernelsAt({ trainInputs }: Problem, width: number): number | false {
	return trainInputs.rows <= KERNEL_POINTS && width;
}
