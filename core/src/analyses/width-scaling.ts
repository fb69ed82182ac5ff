/**
 * `width-scaling`: how the error of every theory falls with the width of the network.
 *
 * 1. Computes: root mean square difference of a theory's posterior mean from that of the real network, width by width.
 * 2. Inputs: a problem, a list of widths, a list of theories with options, how to sample.
 * 3. Exact: the reference is the exact posterior (dense linear networks, one output) or sampled, with its Monte-Carlo error.
 * 4. Symbols: N the width, error, noise floor, exponent; docs/analyses/width-scaling.md.
 * 5. Solves: nothing itself; each theory solves its own equations at every width.
 * 6. Gives: errors, noise floors, which errors stand above the noise, fitted exponents.
 * 7. References: Naveh et al. 2021, arXiv 2004.01190 (errors against width); those of the theories.
 * 8. Cost: that of the theories and, where the reference is sampled, of one run of the sampler a width.
 * 9. Fails: errors near the noise floor say nothing; they are marked and left out of the exponents.
 * 10. Checked: against the exact posterior of linear networks, where nngp falls as 1/N.
 */

import { comparedPoints, predictionAt } from "../experiments/comparison.ts";
import { sortedOnce } from "../experiments/sorted-once.ts";
import { type ChosenTheory, chosenTheories, solveChosen } from "../experiments/theory-choice.ts";
import type { Problem } from "../problem/problem.ts";
import { problemOfWidth } from "../problem/width.ts";
import type { Analysis, AnalysisContext } from "./analysis.ts";
import { completeSampling, sweepConvergence } from "./sweep.ts";
import { rootMeanSquare } from "./width-scaling/measured-errors.ts";
import { options, type WidthScalingOptions } from "./width-scaling/options.ts";
import { chosenReference, referenceMean } from "./width-scaling/reference.ts";
import {
	type Measurement,
	validityNotes,
	type WidthMeasurement,
	type WidthScalingResults,
	widthScalingResults,
	widthScalingTable,
} from "./width-scaling/results.ts";

export const widthScaling: Analysis<WidthScalingOptions, WidthScalingResults> = {
	id: "width-scaling",
	title: "Error against width",
	aliases: ["error-scaling"],
	summary: "Error of every theory's posterior mean against the width of the network.",
	references: [
		{
			key: "naveh2021predicting",
			authors: ["Naveh, Gadi", "Ben-David, Oded", "Sompolinsky, Haim", "Ringel, Zohar"],
			title: "Predicting the outputs of finite deep neural networks trained with noisy gradients",
			year: 2021,
			arxiv: "2004.01190",
			journal: "Physical Review E 104:064301",
		},
	],
	options,
	subjects: ["problem"],
	async solve({ problem, seed }, given, context) {
		const theories = chosenTheories(given.theories);
		const reference = chosenReference(given.reference, problem!);
		const sampling = completeSampling(given.sampling, seed);
		const widths = sortedOnce(given.widths);
		const measured: WidthMeasurement[] = [];
		for (const [index, width] of widths.entries()) {
			const wide = problemOfWidth(problem!, width, given.noiseScaling);
			const truth = await referenceMean(wide, reference, sampling, index, context);
			if (truth === undefined) break;
			measured.push({
				width,
				truth,
				theories: theories.map((choice) => measure(choice, wide, truth.mean, context)),
			});
			context.onProgress?.((index + 1) / widths.length, `width ${width}`);
		}
		return {
			analysis: "width-scaling",
			options: { ...given, widths, reference, sampling },
			results: widthScalingResults(problem!, theories, measured, reference),
			convergence: sweepConvergence({
				...(measured.length < widths.length && { interrupted: "larger widths are missing" }),
				stuck: measured.filter(({ truth }) => !truth.converged).map(({ width }) => width),
				unsolved: theories.map(({ label }, t) => ({
					label,
					at: measured.filter((one) => !one.theories[t]!.converged).map(({ width }) => width),
				})),
			}),
			validity: validityNotes(problem!, measured),
			absent:
				reference === "exact"
					? { noiseFloor: "the reference is the exact posterior mean: it has no Monte-Carlo error" }
					: {},
		};
	},
	table: widthScalingTable,
};

function measure(
	choice: ChosenTheory,
	problem: Problem,
	truth: Parameters<typeof rootMeanSquare>[0],
	context: AnalysisContext,
): Measurement {
	const { answer, reason } = solveChosen(choice, problem, context);
	const converged = answer?.convergence.converged !== false;
	if (answer === undefined || reason !== undefined) return { converged, reason: reason! };
	const { mean } = predictionAt(comparedPoints(problem), answer);
	if (mean === undefined) return { converged, reason: "no posterior mean" };
	return { converged, error: rootMeanSquare(mean, truth) };
}
