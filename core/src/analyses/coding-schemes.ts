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
import {
	diagonal,
	type Matrix,
	matrix,
	scoped,
	seedStream,
	splitStream,
	symmetricEigen,
} from "@finitude/engine";
import { findActivation } from "../activations/registry.ts";
import { InputError } from "../errors.ts";
import { priorKernels } from "../kernels/prior-kernels.ts";
import { chi, type Network } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { shortestLength } from "../samplers/combined-draws.ts";
import { type HiddenUnit, hiddenUnit } from "../tilted-unit/index.ts";
import type { Analysis, AnalysisContext } from "./analysis.ts";
import { classesOf, classPairs } from "./coding-schemes/classes.ts";
import { measured } from "./coding-schemes/measure.ts";
import { priorPoints, type UnitLaw, unitLaw } from "./coding-schemes/one-unit.ts";
import { type CodingOptions, options } from "./coding-schemes/options.ts";
import { references } from "./coding-schemes/references.ts";
import { type CodingResults, codingTable } from "./coding-schemes/results.ts";
import { sampledUnits } from "./coding-schemes/sampled-units.ts";
import {
	homogeneousTreeLaw,
	isRectified,
	NOT_NORMALIZABLE,
	solveTree,
	trainingProblem,
	treeLaw,
	unitLawNote,
} from "./coding-schemes/theory-law.ts";
import type { Looks } from "./coding-schemes/unit-population.ts";
import { codingNotes } from "./coding-schemes/validity.ts";
import { savedNetworks } from "./saved-networks.ts";
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
	async solve({ problem: asked, seed }, given, context) {
		const problem = trainingProblem(asked!);
		requireDense(problem);
		const classes = classesOf(problem, given.classes);
		const sampling = completeSampling(given.sampling, seed);
		refuseWeighted(sampling.sampler);
		const complete = { ...given, seed: given.seed ?? seed, sampling };
		const sampled = await context.sample(problem, { ...sampling, saveWeights: true });
		if (sampled === undefined) {
			throw new InputError({ where: "sampling", wanted: "enough draws", got: "an interruption" });
		}
		const draws = shortestLength(sampled.chains);
		const { engine } = context;
		return scoped(engine, () => {
			const prior = priorKernels(engine, problem);
			const unit = lastLayerUnit(engine, problem, prior.preactivation.at(-1)![0]!.train);
			const posterior = oneUnitPosterior(problem, context, sampled.answer.trainMean, complete);
			const looks = looksOf(problem, classes, unit, prior.outputWeights.train, posterior.dualField);
			const random = seedStream(complete.seed);
			const { samples } = given;
			const priorLaw = unitLaw(
				engine,
				unit,
				looks,
				priorPoints(engine, unit, splitStream(random, 0)),
				samples,
			);
			const { law, absent, notes } = lawOf(posterior, problem, context, unit, looks, samples, random);
			const units = sampled.chains.map((chain) =>
				sampledUnits(engine, problem, savedNetworks(chain, draws), given.networks, looks),
			);
			const results: CodingResults = {
				...measured(
					engine,
					problem,
					looks,
					{
						prior: priorLaw,
						theory: law,
						sampled: units,
						priorKernel: prior.output.train.data,
						treeKernel: law && posterior.kernel,
					},
					splitStream(random, 2),
				),
				oneUnitPosterior: law ? posterior.source : "none",
			};
			return {
				analysis: "coding-schemes",
				options: complete,
				results,
				convergence: sampled.answer.convergence,
				validity: [...codingNotes(results, sampled, units), ...notes],
				absent,
			};
		});
	},
	table: codingTable,
};

/** The dual field of (1), where there is one. */
interface OneUnitPosterior {
	readonly source: CodingResults["oneUnitPosterior"];
	readonly dualField?: Float64Array;
	readonly kernel?: Float64Array;
	/** Why there is none. */
	readonly reason?: string;
}

/** Of the tree; for relu, which the tree does not take, that of the sampled mean, (y - f)/kappa. */
function oneUnitPosterior(
	problem: Problem,
	{ engine, clock }: AnalysisContext,
	sampledMean: Matrix,
	settings: { readonly samples: number; readonly seed: number },
): OneUnitPosterior {
	const { layers } = problem.network;
	if (layers.length === 1 && isRectified(layers[0]!.activation)) {
		const y = problem.trainTargets.data;
		return {
			source: "sampled dual field",
			dualField: sampledMean.data.map((f, i) => (y[i]! - f) / problem.noiseVariance),
		};
	}
	const tree = solveTree(engine, problem, clock, settings);
	return typeof tree === "string" ? { source: "none", reason: tree } : { source: "tree", ...tree };
}

function lawOf(
	{ source, dualField, reason }: OneUnitPosterior,
	problem: Problem,
	{ engine }: AnalysisContext,
	unit: HiddenUnit,
	looks: Looks,
	samples: number,
	random: ReturnType<typeof seedStream>,
): { law?: UnitLaw; absent: Record<string, string>; notes: ReturnType<typeof unitLawNote>[] } {
	if (dualField === undefined) return { absent: { oneUnitPosterior: reason! }, notes: [] };
	const stream = splitStream(random, 1);
	if (source === "tree") {
		const law = treeLaw(engine, problem, looks, dualField, samples, stream);
		return { law, absent: {}, notes: [unitLawNote(law)] };
	}
	const { largestGain, law } = homogeneousTreeLaw(engine, problem, unit, looks, dualField, samples, stream);
	const gain = {
		name: "largestGain",
		value: largestGain,
		message: `max over unit weights of (g/N) (Delta.phi)^2 is ${largestGain.toPrecision(4)} at the dual field of the sampled mean: the one-unit measure is normalizable below 1`,
	};
	return law
		? { law, absent: {}, notes: [gain, unitLawNote(law)] }
		: { absent: { oneUnitPosterior: NOT_NORMALIZABLE }, notes: [gain] };
}

/** Up to the noise: the sampled dual field and the readout given the hidden weights need it. */
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

/**
 * A unit of the last hidden layer under its prior at the training points: exact in the first layer, with Gaussian pre-activations
 * (wide layers below) above it.
 */
function lastLayerUnit(engine: AnalysisContext["engine"], problem: Problem, covariance: Matrix): HiddenUnit {
	const { layers } = problem.network;
	if (layers.length === 1) return hiddenUnit(engine, problem, { reduceTo: "training" });
	const { values, vectors } = symmetricEigen(engine, covariance);
	const P = covariance.rows;
	const last = layers[layers.length - 1]!.activation;
	return {
		activation: findActivation(last, `network.layers[${layers.length - 1}].activation`),
		trainPoints: P,
		points: P,
		positions: 1,
		dimension: P,
		inputs: matrix(
			P,
			P,
			// The largest eigenvalue first: the first coordinates of Sobol points are the best. Rounding may leave the smallest below 0.
			vectors.data.map(
				(_, e) =>
					vectors.data[e - (e % P) + P - 1 - (e % P)]! * Math.sqrt(Math.max(values[P - 1 - (e % P)]!, 0)),
			),
		),
	};
}

function looksOf(
	{ network, trainInputs: { rows: P } }: Problem,
	classes: Looks["classes"],
	{ inputs, dimension: r }: HiddenUnit,
	outputKernel: Matrix,
	dualField: Float64Array | undefined,
): Looks {
	const { activation } = network.layers[network.layers.length - 1]!;
	const { bounded } = findActivation(activation);
	const deviations = Float64Array.from({ length: P }, (_, a) =>
		Math.hypot(...inputs.data.subarray(a * r, (a + 1) * r)),
	);
	return {
		classes,
		pairs: classPairs(classes, P),
		points: P,
		// A point at the origin has no pre-activation: 0 in any unit.
		deviations: deviations.map((x) => (x === 0 ? 1 : x)),
		activationUnit: bounded ? 1 : rootMeanSquareActivation(network, outputKernel),
		preactivationBins: { range: 6.125, count: 49 },
		activationBins: bounded ? { range: 1.05, count: 21 } : { range: 5.125, count: 41 },
		dualField,
		rectified: isRectified(activation),
	};
}

/** Under the prior, from g <phi phi^T>. */
function rootMeanSquareActivation(network: Network, outputKernel: Matrix): number {
	const g = network.readout.weightVariance / chi(network);
	const squares = diagonal(outputKernel).map((k) => k / g);
	const mean = squares.reduce((sum, x) => sum + x, 0) / squares.length;
	return mean > 0 ? Math.sqrt(mean) : 1;
}
