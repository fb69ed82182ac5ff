/**
 * `nngp`: the Gaussian process of a network of infinite width.
 *
 * 1. Approximates: every hidden layer by infinitely many units, so that its kernel is the prior average and learns nothing.
 * 2. Problems: dense layers, residual blocks and convolutions (patch = stride) in any number, any activation, biases, any
 *    number of outputs, both scalings.
 * 3. Exact: as all widths go to infinity at fixed data in the standard scaling; the error is O(1/N).
 * 4. Order parameters: none of its own; alpha and rmseOverStd of the fit, emergentScale (the width must exceed it),
 *    trainingErrorOverNoise = kappa times the mean of t^2.
 * 5. Solves: the kernel recursion (1)-(6a) and the posterior (9), (10) of docs/theories/nngp.md; closed form.
 * 6. Gives: means, variances, covariances (common to the outputs), log evidence, output and pre-activation kernels.
 * 7. References: Neal 1996; Lee et al. 2018, arXiv 1711.00165, with their sigma_w^2 = our weightVariance; Matthews et al. 2018, arXiv 1804.11271; Novak et al. 2019, arXiv 1810.05148 (convolutions without pooling).
 * 8. Cost: one pass over the (P^2/2 + P P*) kernel entries per layer and position, then one Cholesky factorization, O(P^3).
 * 9. Fails: where features are learned (P of the order of N, or mean-field scaling); it cannot tell, compare with a sampler.
 * 10. Checked: fixtures/golden/nngp-*.json, Monte Carlo of every dual activation, equality of linear convolutions and dense layers.
 */
import { dot, type Matrix } from "@finitude/engine";
import { z } from "zod";
import type { ValidityNote } from "../answer/answer.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import { layerWidth, type Network } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { discrepancyMeasures, emergentScale } from "./discrepancy-measures.ts";
import { gaussianProcessPosterior } from "./gaussian-process.ts";
import { closedForm, predictions } from "./predictions.ts";
import type { Theory } from "./theory.ts";

const options = z.strictObject({});

export const nngp: Theory<z.output<typeof options>> = {
	id: "nngp",
	title: "Infinite-width Gaussian process",
	aliases: ["infinite-width", "gp"],
	summary: "Infinitely wide layers: a Gaussian process whose kernel does not learn.",
	references: [
		{
			key: "neal1996bayesian",
			authors: ["Neal, Radford M."],
			title: "Bayesian Learning for Neural Networks",
			year: 1996,
			journal: "Lecture Notes in Statistics 118, Springer",
			doi: "10.1007/978-1-4612-0745-0",
		},
		{
			key: "lee2018deep",
			authors: [
				"Lee, Jaehoon",
				"Bahri, Yasaman",
				"Novak, Roman",
				"Schoenholz, Samuel S.",
				"Pennington, Jeffrey",
				"Sohl-Dickstein, Jascha",
			],
			title: "Deep Neural Networks as Gaussian Processes",
			year: 2018,
			arxiv: "1711.00165",
		},
		{
			key: "matthews2018gaussian",
			authors: [
				"Matthews, Alexander G. de G.",
				"Rowland, Mark",
				"Hron, Jiri",
				"Turner, Richard E.",
				"Ghahramani, Zoubin",
			],
			title: "Gaussian Process Behaviour in Wide Deep Neural Networks",
			year: 2018,
			arxiv: "1804.11271",
		},
		{
			key: "novak2019bayesian",
			authors: [
				"Novak, Roman",
				"Xiao, Lechao",
				"Lee, Jaehoon",
				"Bahri, Yasaman",
				"Yang, Greg",
				"Hron, Jiri",
				"Abolafia, Daniel A.",
				"Pennington, Jeffrey",
				"Sohl-Dickstein, Jascha",
			],
			title: "Bayesian Deep Convolutional Networks with Many Channels are Gaussian Processes",
			year: 2019,
			arxiv: "1810.05148",
		},
	],
	assumes: ["prior-kernels"],
	posteriorLayers: true,
	options,
	applies: () => true,
	solve(problem, _options, { engine, covariance = false }) {
		const prior = priorKernels(engine, problem, { testCovariance: covariance });
		const posterior = gaussianProcessPosterior(
			engine,
			prior.output,
			problem.trainTargets,
			problem.noiseVariance,
			{ covariance },
		);
		const last = prior.preactivation[prior.preactivation.length - 1]!;
		return {
			theory: "nngp",
			...predictions(posterior, problem.trainTargets.columns),
			logEvidence: posterior.logEvidence,
			kernels: {
				output: prior.output.train,
				preactivation: prior.preactivation.map((positions) =>
					positions.length === 1 ? positions[0]!.train : positions.map(({ train }) => train),
				),
			},
			orderParameters: {
				...discrepancyMeasures(problem, posterior),
				...(last.length === 1 && { emergentScale: emergentScale(posterior.discrepancy, last[0]!.train) }),
				trainingErrorOverNoise: trainingErrorOverNoise(problem, posterior.discrepancy),
			},
			absent: {},
			validity: [...widthNotes(problem), ...posterior.validity],
			convergence: closedForm,
		};
	},
};

function trainingErrorOverNoise({ noiseVariance }: Problem, { data }: Matrix): number {
	return (noiseVariance * dot(data, data)) / data.length;
}

function widthNotes({ network, trainInputs }: Problem): ValidityNote[] {
	const width = narrowest(network);
	const notes: ValidityNote[] = [
		{
			name: "P/N",
			value: trainInputs.rows / width,
			message: `${trainInputs.rows} points for a narrowest layer of width ${width}: infinite width is a good approximation while this is small`,
		},
	];
	if (network.scaling === "mean-field") {
		notes.push({
			name: "meanField",
			value: width,
			message:
				"in the mean-field scaling features are learned at any width: this is the prior kernel without what the data change in it",
		});
	}
	return notes;
}

function narrowest(network: Network): number {
	return Math.min(...network.layers.map(layerWidth));
}
