/**
 * `equivalent-linear-model`: the error of an optimal learner when the teacher is a random network like itself.
 *
 * 1. Computes: the noisy linear model that random networks and their data amount to, and the error of ridge regression on it.
 * 2. Inputs: a network and its noise (dense layers, odd activations, no biases), P/d; no data.
 * 3. Exact: x ~ N(0, I), P, d and all widths to infinity in proportion, teacher and learner of one prior.
 * 4. Symbols: rho^2, eps, m; docs/analyses/equivalent-linear-model.md.
 * 5. Solves: (2), a recursion over the layers, and (3), a quadratic equation.
 * 6. Gives: linear and nonlinear power, error of the linear part, test error against the noise-free target.
 * 7. References: Cui, Krzakala and Zdeborova 2023, arXiv 2302.00375; Camilli et al. 2025, arXiv 2505.03577.
 * 8. Cost: none to speak of; a quadrature a layer for activations without closed forms.
 * 9. Fails: P of order d^2, structured teachers: there networks learn what no linear model can.
 * 10. Checked: fixtures/golden/equivalent-linear-*.json, limits of P/d and of the noise, the infinite-width mean on drawn teachers.
 */

import { InputError } from "../errors.ts";
import { layerNames } from "../network/network.ts";
import type { Analysis } from "./analysis.ts";
import { equivalentPowers } from "./equivalent-linear-model/equivalent-powers.ts";
import { linearError } from "./equivalent-linear-model/linear-error.ts";
import {
	type EquivalentOptions,
	type EquivalentResults,
	equivalentTable,
	options,
	ratiosOf,
} from "./equivalent-linear-model/results.ts";

export const equivalentLinearModel: Analysis<EquivalentOptions, EquivalentResults> = {
	id: "equivalent-linear-model",
	title: "Equivalent linear model",
	aliases: ["equivalent-linear", "matched-teacher"],
	summary: "Error of the optimal learner of a random network of its own kind: that of a noisy linear model.",
	references: [
		{
			key: "cui2023bayes",
			authors: ["Cui, Hugo", "Krzakala, Florent", "Zdeborova, Lenka"],
			title: "Bayes-optimal learning of deep random networks of extensive width",
			year: 2023,
			arxiv: "2302.00375",
			journal: "Proceedings of the 40th International Conference on Machine Learning",
		},
		{
			key: "camilli2025information",
			authors: ["Camilli, Francesco", "Tieplova, Daria", "Bergamin, Eleonora", "Barbier, Jean"],
			title:
				"Information-theoretic reduction of deep neural networks to linear models in the overparametrized proportional regime",
			year: 2025,
			arxiv: "2505.03577",
			journal: "Proceedings of the 38th Annual Conference on Learning Theory",
		},
	],
	options,
	subjects: ["network", "problem"],
	async solve({ problem, setting }, given, { engine }) {
		const { network, noiseVariance } = (setting ?? problem)!;
		const { linear, nonlinear, rounded } = equivalentPowers(engine, network);
		const errors = ratiosOf(given).map((samplesPerInput) =>
			linearError({ linearPower: linear, noise: noiseVariance + nonlinear, samplesPerInput }),
		);
		const perRatio = (values: readonly number[]) =>
			typeof given.samplesPerInput === "number" ? values[0]! : values;
		refuseOverflow([linear, nonlinear, ...errors]);
		return {
			analysis: "equivalent-linear-model",
			options: given,
			results: {
				layers: layerNames(network),
				noiseVariance,
				linearPower: linear,
				nonlinearPower: nonlinear,
				linearError: perRatio(errors),
				testError: perRatio(errors.map((m) => m + nonlinear)),
			},
			convergence: { converged: true, iterations: 0, residual: 0 },
			validity: [
				{
					name: "matched teacher",
					value: "assumed",
					message:
						"an average over Gaussian inputs and over teachers drawn from the learner's own prior, as P, d and all widths go to infinity in proportion",
				},
				...(problem === undefined
					? []
					: [
							{
								name: "data",
								value: "not used",
								message: "the data of the problem are not used: only its network and its noise variance are",
							},
						]),
				...(rounded === undefined
					? []
					: [
							{
								name: "rounded nonlinear power",
								value: rounded,
								message:
									"rounding made the nonlinear power negative; it vanishes to this accuracy and is given as 0",
							},
						]),
			],
			absent: {},
		};
	},
	table: equivalentTable,
};

function refuseOverflow(values: readonly number[]): void {
	const bad = values.find((value) => !Number.isFinite(value));
	if (bad === undefined) return;
	throw new InputError({
		where: "network",
		wanted: "variances whose products float64 can hold",
		got: `${bad}`,
		advice: "Rescale weightVariance and noiseVariance.",
	});
}
