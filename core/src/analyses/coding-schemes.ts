/**
 * `coding-schemes`: how the units of a network that learned features represent classes.
 *
 * 1. Computes: the law over units of the class signal, of pre-activations and activations, groups of units with one code.
 * 2. Inputs: a problem with one output whose values name classes, a dense network.
 * 3. Exact: sampled numbers within their errors; the one-unit posterior in the mean-field scaling as N -> infinity.
 * 4. Symbols: m, h, phi, a, Delta; docs/analyses/coding-schemes.md.
 * 5. Solves: the tree of multi-scale for Delta; (1) of the page on weighted points.
 * 6. Gives: observables 1-8 of the page, for the prior, the one-unit posterior and the sampled networks, chain by chain.
 * 7. References: van Meegen and Sompolinsky 2025 (names of the codes; their setting is another one), Rubin et al. 2025,
 *    arXiv 2502.03210 (the tilted unit).
 * 8. Cost: one run of the sampler; weighted points O(S P^2).
 * 9. Fails: chains stuck in different codes (codeRHat, chains shown one by one); a homogeneous activation whose one-unit
 *    posterior is not normalizable (absent).
 * 10. Checked: synthetic units with known laws, linear units (kurtosis 3), the kernel of the tree.
 */
import { scoped, seedStream, splitStream } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import type { Problem } from "../problem/problem.ts";
import { trainingProblem } from "../problem/training-problem.ts";
import { shortestLength } from "../samplers/combined-draws.ts";
import { savedNetworks } from "../samplers/saved-networks.ts";
import type { Analysis } from "./analysis.ts";
import { classesOf } from "./coding-schemes/classes.ts";
import { lastLayerUnit, looksOf } from "./coding-schemes/looks.ts";
import { measured } from "./coding-schemes/measure.ts";
import { priorPoints, unitLaw } from "./coding-schemes/one-unit.ts";
import { dualFieldOf, oneUnitPosterior } from "./coding-schemes/one-unit-posterior.ts";
import { type CodingOptions, options } from "./coding-schemes/options.ts";
import { references } from "./coding-schemes/references.ts";
import { type CodingResults, codingTable } from "./coding-schemes/results.ts";
import { sampledUnits } from "./coding-schemes/sampled-units.ts";
import { codingNotes } from "./coding-schemes/validity.ts";
import { completeSampling, refuseWeighted } from "./sweep.ts";

export const codingSchemes: Analysis<CodingOptions, CodingResults> = {
	id: "coding-schemes",
	title: "Coding schemes of hidden units",
	aliases: ["codes", "neural-codes"],
	summary:
		"How the units of sampled networks represent classes, beside the prior and the one-unit posterior.",
	references,
	options,
	subjects: ["problem"],
	async solve({ problem: asked, seed: fileSeed }, given, { engine, clock, sample }) {
		const problem = trainingProblem(asked!);
		requireDense(problem);
		const classes = classesOf(problem, given.classes);
		const sampling = completeSampling(given.sampling, fileSeed);
		refuseWeighted(sampling.sampler);
		const { seed = fileSeed, samples, networks } = given;
		const sampled = await sample(problem, { ...sampling, saveWeights: true });
		if (sampled === undefined) {
			throw new InputError({ where: "sampling", wanted: "enough draws", got: "an interruption" });
		}
		return scoped(engine, () => {
			const random = seedStream(seed);
			const kernels = priorKernels(engine, problem);
			const unit = lastLayerUnit(engine, problem, kernels);
			const dualField = dualFieldOf(engine, problem, sampled.answer.trainMean, { samples, seed, clock });
			const values = dualField.source === "none" ? undefined : dualField.values;
			const looks = looksOf(problem, classes, unit, kernels, values);
			const prior = unitLaw(engine, unit, looks, priorPoints(engine, unit, splitStream(random, 0)), samples);
			const posterior = oneUnitPosterior(
				engine,
				problem,
				unit,
				looks,
				dualField,
				samples,
				splitStream(random, 1),
			);
			const { law } = posterior;
			const draws = shortestLength(sampled.chains);
			const units = sampled.chains.map((chain) =>
				sampledUnits(engine, problem, savedNetworks(chain, draws), networks, looks),
			);
			const compared = {
				prior,
				theory: law,
				sampled: units,
				priorKernel: kernels.output.train.data,
				treeKernel: dualField.source === "tree" ? dualField.kernel : undefined,
			};
			const results: CodingResults = {
				...measured(engine, problem, looks, compared, splitStream(random, 2)),
				oneUnitPosterior: law ? dualField.source : "none",
			};
			return {
				analysis: "coding-schemes",
				options: { ...given, seed, sampling },
				results,
				convergence: sampled.answer.convergence,
				validity: [...codingNotes(results, sampled, units), ...posterior.notes],
				absent: posterior.absent,
			};
		});
	},
	table: codingTable,
};

/** With noise: the sampled dual field and the readout given the hidden weights need it. */
function requireDense({ network, noiseVariance }: Problem): void {
	const convolution = network.layers.findIndex(({ type }) => type !== "dense");
	if (convolution >= 0) {
		throw new InputError({
			where: `network.layers[${convolution}].type`,
			wanted: "dense layers, whose units answer to whole inputs",
			got: network.layers[convolution]!.type,
		});
	}
	if (!(noiseVariance > 0)) {
		throw new InputError({
			where: "noiseVariance",
			wanted: "a finite number above 0",
			got: `${noiseVariance}`,
		});
	}
}
