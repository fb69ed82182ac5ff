/** Do the layers of the sampled network couple through second moments only? The evidence, layer by layer. */
import type { Engine } from "@finitude/engine";
import type { Estimate } from "../diagnostics/estimate.ts";
import { dualOf } from "../kernels/dual-of.ts";
import { type PriorKernels, priorKernels } from "../kernels/prior-kernels.ts";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import { refuseForeignChains, shortestLength } from "../samplers/combined-draws.ts";
import { averagedMoments } from "../samplers/layer-estimates.ts";
import { type ColumnRatios, momentRatios } from "../samplers/moment-ratios.ts";
import { averagedName } from "../samplers/observation.ts";
import { orReason } from "./or-reason.ts";
import { type KernelFluctuation, kernelFluctuation } from "./separation/kernel-fluctuation.ts";
import { type LayerKernels, layerKernels } from "./separation/layer-moments.ts";
import { secondMoments } from "./separation/second-moments.ts";

/** What one layer of the sampled network says; what is missing has its reason under `absent`, by the same name. */
export interface LayerSeparation {
	/** N: units, or channels of a convolution. */
	readonly width: number;
	readonly activation: string;
	/**
	 * Excess kurtosis of h . t over units and draws, averaged over positions and outputs: h the pre-activations of a unit at the
	 * training points, t = (K + kappa)^-1 y the discrepancy of the infinite-width prior. 0 for Gaussian units.
	 */
	readonly discrepancyKurtosis?: Estimate;
	/** The same of phi(h) . t. */
	readonly featureKurtosis?: Estimate;
	/** Of h at one training point, averaged over points and positions. */
	readonly pointKurtosis?: Estimate;
	/** Of K = (1/N) sum_i h_i h_i^T between draws. */
	readonly preactivationFluctuation?: KernelFluctuation;
	/** Of G = (1/N) sum_i phi_i phi_i^T, which the layer above reads. */
	readonly featureFluctuation?: KernelFluctuation;
	/** |E G - G_prior| / |G_prior|, G_prior of infinite width. */
	readonly change?: Estimate;
	/** The smallest |E G - q G_prior| / |G_prior| over all factors q. */
	readonly shapeChange?: Estimate;
	/** The share of the change that Gaussian units with the sampled mean K would make: 1 - |E G - G_Gauss(E K)| / |E G - G_prior|. */
	readonly captured?: Estimate;
	readonly absent: Readonly<Record<string, string>>;
}

/**
 * Measures the assumptions of theories whose layers couple through kernels: Gaussian units, sharply peaked kernels, second
 * moments that are all a layer hands upward (Seroussi, Naveh, Ringel 2021, arXiv 2112.15383). Formulas, estimators and how to
 * read them: docs/separation-of-scales.md. One entry for each hidden layer, in order.
 *
 * @param chains of `runChain` on this problem
 * @throws InputError when there is no chain, one has fewer than four draws, or one is of another problem
 */
export function separationOfScales(
	engine: Engine,
	problem: Problem,
	chains: readonly ChainResult[],
): LayerSeparation[] {
	shortestLength(chains);
	refuseForeignChains(problem, chains);
	const kernels = layerKernels(problem, chains);
	const prior = priorOf(engine, problem);
	return problem.network.layers.map((layer, l) => {
		const width = layerWidth(layer);
		const quantities: Quantities = {
			...kurtoses(chains, l),
			...fluctuations(chains, kernels, l, width),
			...coupling(engine, layer.activation, kernels, prior, l),
		};
		const present = Object.entries(quantities).filter(([, value]) => typeof value !== "string");
		const absent = Object.entries(quantities).filter(([, value]) => typeof value === "string");
		return {
			width,
			activation: layer.activation,
			...Object.fromEntries(present),
			absent: Object.fromEntries(absent) as Record<string, string>,
		};
	});
}

type Measured = Omit<LayerSeparation, "width" | "activation" | "absent">;

/** Every quantity, or the sentence that says why it is absent. */
type Quantities = { readonly [Name in keyof Measured]-?: NonNullable<Measured[Name]> | string };

function kurtoses(
	chains: readonly ChainResult[],
	l: number,
): Pick<Quantities, "discrepancyKurtosis" | "featureKurtosis" | "pointKurtosis"> {
	const of = (name: string, otherwise: string) => {
		const powers = averagedMoments(chains, name);
		return powers === undefined ? otherwise : estimateOf(momentRatios(powers).excessKurtosis);
	};
	const nowhere =
		chains[0]?.notes.find(({ name }) => name === "projections on the discrepancy")?.message ??
		"the chains did not record it";
	return {
		discrepancyKurtosis: of(averagedName.projection(l), nowhere),
		featureKurtosis: of(averagedName.featureProjection(l), nowhere),
		pointKurtosis: of(averagedName.powers(l), "the chains did not record it"),
	};
}

function estimateOf({ mean, meanStandardError }: ColumnRatios): Estimate | string {
	if (mean === undefined) return "the units have no variance";
	if (meanStandardError === undefined) return "the chains were stopped before two batches of draws";
	return { value: mean, standardError: meanStandardError };
}

const VANISHES = "the kernel vanishes";

function fluctuations(
	chains: readonly ChainResult[],
	kernels: readonly LayerKernels[] | string,
	l: number,
	width: number,
): Pick<Quantities, "preactivationFluctuation" | "featureFluctuation"> {
	if (typeof kernels === "string") {
		return { preactivationFluctuation: kernels, featureFluctuation: kernels };
	}
	const sizes = averagedMoments(chains, averagedName.sizes(l))!;
	const { preactivation, feature } = kernels[l]!;
	return {
		preactivationFluctuation: kernelFluctuation(preactivation, sizes, 0, width) ?? VANISHES,
		featureFluctuation: kernelFluctuation(feature, sizes, 2, width) ?? VANISHES,
	};
}

function priorOf(engine: Engine, problem: Problem): PriorKernels | string {
	const { testInputs: _, ...training } = problem;
	return orReason(() => priorKernels(engine, training));
}

function coupling(
	engine: Engine,
	activation: string,
	kernels: readonly LayerKernels[] | string,
	prior: PriorKernels | string,
	l: number,
): Pick<Quantities, "change" | "shapeChange" | "captured"> {
	const missing = (reason: string) => ({ change: reason, shapeChange: reason, captured: reason });
	if (typeof kernels === "string") return missing(kernels);
	if (typeof prior === "string") return missing(prior);
	const positions = prior.preactivation[l]!.map(({ train }) => train);
	const result = orReason(
		() => secondMoments(engine, dualOf(activation), kernels[l]!, positions) ?? VANISHES,
	);
	return typeof result === "string" ? missing(result) : result;
}
