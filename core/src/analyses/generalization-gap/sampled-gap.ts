/** The gap of readouts fitted to the features of sampled networks, averaged over networks. */
import type { Convergence, ValidityNote } from "../../answer/answer.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean, pooled } from "../../diagnostics/moments.ts";
import { InputError } from "../../errors.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { shortestLength } from "../../samplers/combined-draws.ts";
import { standardErrorOfMean } from "../../samplers/point-estimates.ts";
import { savedNetworks } from "../../samplers/saved-networks.ts";
import type { AnalysisContext, AnalysisInput } from "../analysis.ts";
import { completeSampling, refuseWeighted } from "../sweep.ts";
import { READOUT_ERRORS, type ReadoutErrors, type SolvedReadout, solveReadout } from "./gaussian-features.ts";
import { featuresSchema, type GapOptions, refuseDivergence, samplesOf } from "./options.ts";
import { type GapPoint, type GapResults, gapPoint } from "./results.ts";
import { sampledFeatureTasks } from "./sampled-features.ts";

/** The points of an answer, and how they came about. */
export interface GapSolution {
	/** With every default filled in. */
	readonly options: GapOptions;
	/** N_out. */
	readonly features: number;
	readonly points: readonly GapPoint[];
	readonly solved: readonly SolvedReadout[];
	/** Where networks were sampled. */
	readonly sampled?: {
		readonly summary: NonNullable<GapResults["sampled"]>;
		readonly convergence: Convergence;
		readonly validity: readonly ValidityNote[];
	};
}

/** Fewer fresh points a feature leave the unexplained power too small by more than 1 %. */
const POINTS_PER_FEATURE = 100;

/**
 * The features of draws from the posterior, held fixed, and a readout fitted to fresh samples by the Bayesian ridge unless another is given.
 * @throws InputError for a problem whose data are not a teacher's, and for others than dense networks with one output
 */
export async function solveSampledGap(
	problem: Problem,
	{ freshPoints, seed }: AnalysisInput,
	given: GapOptions,
	{ engine, sample }: AnalysisContext,
): Promise<GapSolution> {
	const options = completed(problem, given, seed);
	if (freshPoints === undefined) {
		throw new InputError({
			where: "data",
			wanted: "data of a teacher, of which fresh points can be drawn",
			got: "others",
			advice: "Or give spectrum and teacher, and leave the problem out.",
		});
	}
	const { networks, freshInputs, sampling } = options.features!;
	const sampled = await sample(problem, { ...sampling, seed: sampling.seed!, saveWeights: true });
	if (sampled === undefined) {
		throw new InputError({ where: "sampling", wanted: "enough draws", got: "an interruption" });
	}
	const draws = shortestLength(sampled.chains);
	const saved = sampled.chains.map((chain) => savedNetworks(chain, draws));
	const perChain = Math.max(4, Math.ceil(networks / saved.length));
	const tasks = sampledFeatureTasks(engine, problem, saved, freshPoints(freshInputs!), perChain);
	const features = Math.max(...tasks.flat().map(({ spectrum }) => spectrum.length));
	const ridge = options.ridge! * readoutPrior(problem);
	for (const samples of samplesOf(given)) {
		for (const { spectrum } of tasks.flat()) refuseDivergence(spectrum.length, samples, ridge);
	}
	const average = (read: (index: readonly [chain: number, network: number]) => number): Estimate => {
		const series = tasks.map((chain, c) => Float64Array.from(chain, (_, k) => read([c, k])));
		return { value: mean(pooled(series)), standardError: standardErrorOfMean(series) };
	};
	const solved: SolvedReadout[] = [];
	const points = samplesOf(given).map((samples) => {
		const each = tasks.map((chain) => chain.map((task) => solveReadout(task, samples, ridge)));
		solved.push(...each.flat());
		const estimates = READOUT_ERRORS.map((name) => average(([c, k]) => each[c]![k]!.errors[name]));
		const part = (which: keyof Estimate) =>
			Object.fromEntries(
				READOUT_ERRORS.map((name, i) => [name, estimates[i]![which]]),
			) as unknown as ReadoutErrors;
		return { ...gapPoint(features, samples, part("value")), standardErrors: part("standardError") };
	});
	return {
		options,
		points,
		features,
		solved,
		sampled: {
			summary: {
				unexplained: average(([c, k]) => tasks[c]![k]!.unexplained),
				networks: tasks.flat().length,
				features,
			},
			convergence: sampled.answer.convergence,
			validity: biasNote(freshInputs!, features),
		},
	};
}

function completed(problem: Problem, given: GapOptions, seed: number): GapOptions {
	const { features = featuresSchema.parse({}), ridge } = given;
	const stray = (["spectrum", "teacher", "featureCount", "unexplained"] as const).find(
		(name) => given[name] !== undefined,
	);
	if (stray !== undefined) {
		throw new InputError({
			where: `options.${stray}`,
			wanted: `no ${stray} beside a problem, whose sampled networks give it`,
			got: "both",
		});
	}
	const { network, trainTargets } = problem;
	const convolution = network.layers.findIndex(({ type }) => type !== "dense");
	if (convolution >= 0) {
		throw new InputError({
			where: `network.layers[${convolution}].type`,
			wanted: "dense layers, for the features of sampled networks",
			got: network.layers[convolution]!.type,
		});
	}
	if (trainTargets.columns > 1) {
		throw new InputError({
			where: "trainTargets",
			wanted: "one output, for the features of sampled networks",
			got: `${trainTargets.columns}`,
		});
	}
	const where = "options.features.sampling";
	const sampling = completeSampling(features.sampling, seed, where);
	refuseWeighted(sampling.sampler, where);
	const width = layerWidth(network.layers[network.layers.length - 1]!);
	const freshInputs = features.freshInputs ?? POINTS_PER_FEATURE * (width + 1);
	return {
		...given,
		ridge: ridge ?? problem.noiseVariance / readoutPrior(problem),
		features: { ...features, freshInputs, sampling },
	};
}

/** Prior variance of a readout weight. */
function readoutPrior({ network }: Problem): number {
	const width = layerWidth(network.layers[network.layers.length - 1]!);
	return network.readout.weightVariance / (chi(network) * width);
}

function biasNote(freshInputs: number, features: number): ValidityNote[] {
	const ratio = freshInputs / features;
	if (ratio >= POINTS_PER_FEATURE) return [];
	return [
		{
			name: "fresh inputs a feature",
			value: ratio,
			message: `${ratio.toPrecision(3)} fresh inputs a feature: fewer than about ${POINTS_PER_FEATURE} bias the unexplained power e_min downward`,
		},
	];
}
