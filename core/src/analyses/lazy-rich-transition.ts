/**
 * `lazy-rich-transition`: from lazy learning to feature learning, as a function of width, data, noise or signal.
 *
 * 1. Computes: the overlap alpha of what a two-layer linear convolutional network learns with a rank-one teacher.
 * 2. Inputs: numbers only (windows, patch, channels, samples, noise, amplitude, variances, scaling); one of them may be a list.
 * 3. Exact: on average over infinitely many whitened inputs at fixed n/kappa, as C -> infinity with r fixed.
 * 4. Symbols: lambda, eps, r, n_c, alpha; docs/analyses/lazy-rich-transition.md.
 * 5. Solves: (4), the saddle point of the self-consistent Gaussian process, and (5), the same with the determinant.
 * 6. Gives: both roots, the lazy value, the soft threshold; on request the overlap of sampled networks at finite data sets.
 * 7. References: Naveh and Ringel 2021, arXiv 2106.04110; the data-averaged equations are derived on the page.
 * 8. Cost: two scalar roots a value; sampling costs what the sampler costs.
 * 9. Fails: the scatter of a finite data set is left out, 2 to 9 % of alpha at n/(M S) = 10; fluctuations of order 1/C too.
 * 10. Checked: fixtures/golden/transition-*.json, the limits C -> infinity and eps -> 0, sampled networks.
 */
import type { Analysis } from "./analysis.ts";
import { options, type TransitionOptions } from "./lazy-rich-transition/options.ts";
import {
	sampledResults,
	type TransitionResults,
	transitionResults,
	transitionTable,
} from "./lazy-rich-transition/results.ts";
import {
	completeSampling,
	type SampledOverlaps,
	sampleOverlaps,
} from "./lazy-rich-transition/sampled-overlap.ts";
import { parametersAt, sweepOf } from "./lazy-rich-transition/sweep.ts";
import { transitionAt } from "./lazy-rich-transition/transition.ts";
import { absentReasons, convergenceOf, validityNotes } from "./lazy-rich-transition/validity.ts";

const NOTHING_SAMPLED: SampledOverlaps = { at: [], overlaps: [] };

export const lazyRichTransition: Analysis<TransitionOptions, TransitionResults> = {
	id: "lazy-rich-transition",
	title: "Lazy-rich transition",
	aliases: ["lazy-rich", "feature-learning-transition"],
	summary: "Overlap of a linear convolutional network with a rank-one teacher, from lazy to rich learning.",
	references: [
		{
			key: "naveh2021self",
			authors: ["Naveh, Gadi", "Ringel, Zohar"],
			title:
				"A self-consistent theory of Gaussian processes captures feature learning effects in finite CNNs",
			year: 2021,
			arxiv: "2106.04110",
			journal: "Advances in Neural Information Processing Systems 34",
		},
	],
	options,
	subjects: ["options"],
	async solve({ seed }, given, context) {
		const sweep = sweepOf(given);
		const sampling = given.sampling && completeSampling(given.sampling, sweep, seed);
		const solved = (sweep?.values ?? [undefined]).map((value) =>
			transitionAt(parametersAt(given, sweep, value)),
		);
		const sampled = sampling ? await sampleOverlaps(given, sampling, sweep, context) : NOTHING_SAMPLED;
		const { at, overlaps } = sampled;
		const several = sampling !== false && sampling.dataSets > 1;
		return {
			analysis: "lazy-rich-transition",
			options: { ...given, ...(sweep && { sweep: sweep.name }), sampling },
			results: {
				...transitionResults(solved, sweep),
				...(overlaps.length > 0 && sampledResults(sampled, sweep, several)),
			},
			convergence: convergenceOf(solved, overlaps, overlaps.length === at.length),
			validity: validityNotes(given, solved, sweep),
			absent: absentReasons(sampling !== false, overlaps.length > 0, several),
		};
	},
	table: transitionTable,
};
