/**
 * `generalization-gap`: how far apart training and test error are when only the readout is fitted.
 *
 * 1. Computes: training and test error of ridge regression on fixed features, and their relative gap.
 * 2. Inputs: numbers only: samples, ridge, eigenvalues of the features' covariance, the best readout, unexplained power.
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
import { type GapOptions, options, samplesOf, taskOf } from "./generalization-gap/options.ts";
import {
	featureCountOf,
	type GapResults,
	gapPoint,
	gapTable,
	solveTask,
} from "./generalization-gap/results.ts";
import { validityNotes } from "./generalization-gap/validity.ts";

export const generalizationGap: Analysis<GapOptions, GapResults> = {
	id: "generalization-gap",
	title: "Generalization gap of a fitted readout",
	aliases: ["gap", "train-test-gap"],
	summary:
		"Training and test error of a readout fitted to fixed features, and the bound 2 N/P on their relative gap.",
	references: [
		{
			key: "ariosto2022universal",
			authors: [
				"Ariosto, Sebastiano",
				"Pacelli, Rosalba",
				"Ginelli, Francesco",
				"Gherardi, Marco",
				"Rotondo, Pietro",
			],
			title: "Universal mean-field upper bound for the generalization gap of deep neural networks",
			year: 2022,
			arxiv: "2201.11022",
			journal: "Physical Review E 105:064309",
		},
	],
	options,
	subjects: ["options"],
	async solve(_input, given) {
		const task = taskOf(given);
		const features = featureCountOf(task);
		const solved = samplesOf(given).map((samples) => solveTask(task, samples, given.ridge));
		const points = solved.map((one, i) => gapPoint(features, samplesOf(given)[i]!, one));
		refuseOverflow(points);
		return {
			analysis: "generalization-gap",
			options: given,
			results:
				typeof given.samples === "number"
					? points[0]!
					: { points: points.map((point, i) => ({ samples: samplesOf(given)[i]!, ...point })) },
			convergence: {
				converged: true,
				iterations: Math.max(...solved.map(({ iterations }) => iterations)),
				residual: Math.max(...solved.map(({ residual }) => residual)),
			},
			validity: validityNotes(features, given),
			absent: samplesOf(given).some((samples) => samples <= features)
				? { gaussianBound: "given where there are more samples than features" }
				: {},
		};
	},
	table: gapTable,
};

function refuseOverflow(points: readonly object[]): void {
	for (const point of points) {
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
