/**
 * `generalization-gap`: how far apart training and test error are when only the readout is fitted.
 *
 * 1. Computes: training and test error of ridge regression on fixed features, and their relative gap.
 * 2. Inputs: samples, ridge, eigenvalues of the features' covariance, the best readout, unexplained power; or a problem to sample.
 * 3. Exact: features of Gaussian law, as the numbers of samples P and of features N_out go to infinity together.
 * 4. Symbols: omega_j, t_j, e_min, tau, df1, df2, e_t, e_g; docs/analyses/generalization-gap.md.
 * 5. Solves: (1), one scalar equation for the effective ridge tau.
 * 6. Gives: both errors, degrees of freedom, relative gap, the line 2 N_out/P, the gap of Gaussian features without a ridge.
 * 7. References: Ariosto et al. 2022, arXiv 2201.11022, for the statement gap < 2 N_out/P; the equations are derived on the page.
 * 8. Cost: O(N_out) an evaluation, some ten evaluations a number of samples.
 * 9. Fails: real features near interpolation: the sharper form 1 - (1 - N_out/P)^2 is exceeded there by some percent.
 * 10. Checked: fixtures/golden/gap-*.json, limits of the ridge, ridge regression on drawn features.
 */

import { InputError } from "../errors.ts";
import type { Analysis } from "./analysis.ts";
import { type GapOptions, numbersOf, options, samplesOf, taskOf } from "./generalization-gap/options.ts";
import { universalBound } from "./generalization-gap/reference.ts";
import {
	featureCountOf,
	type GapPoint,
	type GapResults,
	gapPoint,
	gapTable,
	solveTask,
} from "./generalization-gap/results.ts";
import { type GapSolution, solveSampledGap } from "./generalization-gap/sampled-gap.ts";
import { validityNotes } from "./generalization-gap/validity.ts";

export const generalizationGap: Analysis<GapOptions, GapResults> = {
	id: "generalization-gap",
	title: "Generalization gap of a fitted readout",
	aliases: ["gap", "train-test-gap"],
	summary:
		"Training and test error of a readout fitted to fixed features, and the bound 2 N/P on their relative gap.",
	references: [universalBound],
	options,
	subjects: ["options", "problem"],
	async solve(input, given, context) {
		const solution = input.problem
			? await solveSampledGap(input.problem, input, given, context)
			: solveNumbers(given);
		const { options: complete, features, points, solved } = solution;
		refuseOverflow(points);
		const counts = samplesOf(given);
		const { sampled } = solution;
		return {
			analysis: "generalization-gap",
			options: complete,
			results: {
				...(typeof given.samples === "number"
					? points[0]!
					: { points: points.map((point, i) => ({ samples: counts[i]!, ...point })) }),
				...(sampled && { sampled: sampled.summary }),
			},
			convergence: {
				...(sampled?.convergence ?? { converged: true }),
				iterations: Math.max(...solved.map(({ iterations }) => iterations)),
				residual: Math.max(...solved.map(({ residual }) => residual)),
			},
			validity: [...validityNotes(features, complete), ...(sampled?.validity ?? [])],
			absent: counts.some((samples) => samples <= features)
				? { gaussianBound: "given where there are more samples than features" }
				: {},
		};
	},
	table: gapTable,
};

/** Where the options say everything. */
function solveNumbers(given: GapOptions): GapSolution {
	const complete = numbersOf(given);
	const task = taskOf(complete);
	const features = featureCountOf(task);
	const solved = samplesOf(given).map((samples) => solveTask(task, samples, complete.ridge));
	const points = solved.map(({ errors }, i) => gapPoint(features, samplesOf(given)[i]!, errors));
	return { options: complete, features, solved, points };
}

function refuseOverflow(points: readonly GapPoint[]): void {
	for (const { standardErrors: _, ...point } of points) {
		for (const [name, value] of Object.entries(point)) {
			if (Number.isFinite(value)) continue;
			throw new InputError({
				where: "options",
				wanted: `numbers whose ${name} float64 can hold`,
				got: `${name} = ${value}`,
				advice: "Rescale spectrum, teacher and unexplained.",
			});
		}
	}
}
