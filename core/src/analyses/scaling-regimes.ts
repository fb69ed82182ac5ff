/**
 * `scaling-regimes`: theories and the sampled network from the standard to the mean-field scaling.
 *
 * 1. Computes: errors of mean, variance and kernel of every theory, and alignments with the teacher, against gamma in
 *    chi = N^gamma.
 * 2. Inputs: a problem, the exponents gamma, theories with options, a teacher's direction where there is one, how to sample.
 * 3. Exact: nothing itself; every number is a function of answers, as exact as the theory, or with its Monte-Carlo error.
 * 4. Symbols: gamma, chi, kappa_0, the weight alignment and the mean alignment; docs/analyses/scaling-regimes.md.
 * 5. Solves: nothing itself; each theory solves its own equations at every exponent.
 * 6. Gives: relative distances from the sampled network with noise floors, alignments (2) and (3) of the page.
 * 7. References: Rubin et al. 2025, arXiv 2502.03210 (theories across scaling regimes).
 * 8. Cost: that of the theories and of one run of the sampler, at every exponent.
 * 9. Fails: errors near the noise floor say nothing; theories without the weights' covariance have no weight alignment.
 * 10. Checked: its ends are the two named scalings; the network between them against the same prior written otherwise.
 */

import { sortedOnce } from "../experiments/sorted-once.ts";
import { chosenTheories, solveChosen } from "../experiments/theory-choice.ts";
import { layerWidth } from "../network/network.ts";
import { atScalingExponent } from "../problem/output-scaling.ts";
import { references as multiScaleReferences } from "../theories/multi-scale/references.ts";
import type { Analysis } from "./analysis.ts";
import { firstLayerOf } from "./first-layer.ts";
import { options, type RegimesOptions } from "./scaling-regimes/options.ts";
import { type RegimeStep, type RegimesResults, regimesResults } from "./scaling-regimes/results.ts";
import { regimesTable } from "./scaling-regimes/table.ts";
import { absentReasons, validityNotes } from "./scaling-regimes/validity.ts";
import { completeSampling, sweepConvergence } from "./sweep.ts";

export const scalingRegimes: Analysis<RegimesOptions, RegimesResults> = {
	id: "scaling-regimes",
	title: "From the standard to the mean-field scaling",
	aliases: ["regimes"],
	summary: "Errors of theories and alignment with the teacher, from the standard to the mean-field scaling.",
	references: multiScaleReferences.filter(({ key }) => key === "rubin2025kernels"),
	options,
	subjects: ["problem"],
	async solve(input, given, context) {
		const problem = input.problem!;
		const theories = chosenTheories(given.theories);
		const exponents = sortedOnce(given.exponents);
		const layer = firstLayerOf({ ...input, problem }, given.teacherDirection);
		const sampling = completeSampling(given.sampling, input.seed);
		const steps: RegimeStep[] = [];
		for (const [i, exponent] of exponents.entries()) {
			const scaled = atScalingExponent(problem, exponent);
			const seed = (sampling.seed + i) % Number.MAX_SAFE_INTEGER;
			const network = await context.sample(scaled, { ...sampling, seed });
			if (network === undefined) break;
			const answers = theories.map((choice) => solveChosen(choice, scaled, context));
			steps.push({ exponent, problem: scaled, network, answers });
			context.onProgress?.((i + 1) / exponents.length, `gamma = ${exponent}`);
		}
		const { layers } = problem.network;
		const width = layerWidth(layers[layers.length - 1]!);
		const standard = atScalingExponent(problem, 0);
		const results = regimesResults(context.engine, standard, width, theories, steps, layer);
		return {
			analysis: "scaling-regimes",
			options: {
				...given,
				exponents,
				...(layer.given && { teacherDirection: layer.given }),
				sampling,
			},
			results,
			convergence: sweepConvergence({
				variable: "gamma",
				...(steps.length < exponents.length && { interrupted: "larger exponents are missing" }),
				stuck: results.sampled.filter(({ converged }) => !converged).map(({ exponent }) => exponent),
				unsolved: theories.map(({ label }, t) => ({
					label,
					at: steps
						.filter(({ answers }) => answers[t]!.answer?.convergence.converged === false)
						.map(({ exponent }) => exponent),
				})),
			}),
			validity: validityNotes(results, steps),
			absent: absentReasons(results, layer.noDirection),
		};
	},
	table: regimesTable,
};
