/** Which averages over a layer are closed forms, which are sums over nodes and which over random points. */
import {
	type Engine,
	type Matrix,
	matrix,
	type RandomState,
	seedStream,
	splitStream,
} from "@finitude/engine";
import { InputError } from "../../errors.ts";
import { joinedKernel } from "../../kernels/joined-kernel.ts";
import { type KernelBlocks, packBlocks } from "../../kernels/kernel-blocks.ts";
import {
	GRID_DIMENSIONS,
	type HiddenUnit,
	type IntegrationRule,
	keptRule,
	paddedSobolRule,
	type RuleFamily,
	refine,
	ruleFamily,
	unitOfCovariance,
} from "../../tilted-unit/index.ts";
import { exactMoment } from "../finite-width-correction/exact-moments.ts";
import { distinctMoments, exactContraction } from "./exact-contraction.ts";
import type { KernelMap } from "./layers.ts";
import type { MapKernelsOptions } from "./options.ts";
import { type QuadraticPart, quadraticPart } from "./quadratic-part.ts";
import { sampledContraction } from "./sampled-contraction.ts";

/**
 * sum_cd M_cd Cov(phi_a phi_b, phi_c phi_d) over N(0, C) for the units of one layer.
 *
 * @param layer counted from 0
 * @param covariance C, with `test.covariance` where there are test points
 * @param conjugate M, P x P
 */
export type ContractKernelCovariance = (
	layer: number,
	covariance: KernelBlocks,
	conjugate: Matrix,
) => KernelBlocks;

/** How the contractions of a problem are computed. */
export interface LayerAverages {
	/** Whether any layer needs random points. */
	readonly random: boolean;
	/**
	 * One where nothing is random; else one for each independent set of 2^log2Count random points, all of equal weight.
	 */
	replicates(log2Count: number): ContractKernelCovariance[];
}

/** What the contractions of one layer have in common for all points. */
interface Prepared {
	readonly covariance: KernelBlocks;
	readonly conjugate: Matrix;
	readonly unit: HiddenUnit;
	readonly quadratic: QuadraticPart;
}

/** Independent scrambles of random points, whose spread gives the standard error. */
export const SCRAMBLES = 8;

/** Distinct moments of one layer, some ten seconds of them, above which random points take over. */
const MOST_MOMENTS = 1_300_000;

/** The change by the last refinement that is wanted of nodes, relative to the largest entry; the last grid is far more exact. */
const GRID_TOLERANCE = 1e-8;

/** Nodes at most: three dimensions at deviations of 2 need about 3e5. */
const GRID_POINTS = 2 ** 20;

/** Numbers of one set of random points that are kept for the next iteration, at most: 32 MiB. */
const MOST_KEPT = 2 ** 22;

/** Without a tilt grids converge at steps 2 sqrt(2) times those of level 0. */
const FIRST_GRID_LEVEL = -3;

/**
 * Closed forms for linear units, and for erf, relu and quadratic ones while they are affordable; nodes for other activations
 * with at most three inputs; scrambled Sobol points for the rest.
 *
 * @param covariances C^(0), ..., C^(L-1) at infinite width, with `test.covariance` where there are test points
 * @param testCovariance whether the P* x P* blocks are wanted
 * @param iterated whether the same averages are taken again and again: random points are then kept
 * @throws InputError where `quadrature` is converged and a layer needs random points
 */
export function layerAverages(
	engine: Engine,
	layers: readonly KernelMap[],
	covariances: readonly KernelBlocks[],
	{ seed, quadrature }: Pick<MapKernelsOptions, "seed" | "quadrature">,
	testCovariance: boolean,
	iterated = false,
): LayerAverages {
	const moments = distinctMoments(
		covariances[0]!.train.rows,
		covariances[0]!.test?.diagonal.length ?? 0,
		testCovariance,
	);
	const stream = (layer: number): RandomState => splitStream(seedStream(seed), layer);
	const kinds = layers.map(({ activation }, l): "closed" | "nodes" | "random" => {
		if (activation === "linear") return "closed";
		if (quadrature === "sobol") return "random";
		const affordable = quadrature === "converged" || moments <= MOST_MOMENTS;
		if (exactMoment(activation) && affordable) return "closed";
		const unit = unitAt(engine, activation, covariances[l]!);
		if (gridOf(engine, unit, stream(l)).kind === "trapezoid") return "nodes";
		if (quadrature === "converged") throw needsRandomPoints(l, unit);
		return "random";
	});
	// Strictly at first order every set of points asks for the same.
	const latest = new Map<number, Prepared>();
	const prepared = (layer: number, covariance: KernelBlocks, conjugate: Matrix): Prepared => {
		const known = latest.get(layer);
		if (known?.covariance === covariance && known.conjugate === conjugate) return known;
		const { activation } = layers[layer]!;
		const unit = unitAt(engine, activation, covariance);
		const quadratic = quadraticPart(engine, activation, covariance, conjugate, testCovariance);
		const fresh = { covariance, conjugate, unit, quadratic };
		latest.set(layer, fresh);
		return fresh;
	};
	const contract = (
		points: (layer: number, dimension: number) => IntegrationRule,
	): ContractKernelCovariance => {
		return (layer, covariance, conjugate) => {
			if (kinds[layer] === "closed") {
				return exactContraction(engine, layers[layer]!.activation, covariance, conjugate, testCovariance);
			}
			const { unit, quadratic } = prepared(layer, covariance, conjugate);
			const average = (rule: IntegrationRule): KernelBlocks =>
				sampledContraction(engine, unit, conjugate, quadratic, rule, testCovariance);
			return kinds[layer] === "nodes"
				? onNodes(engine, unit, stream(layer), average)
				: average(points(layer, unit.dimension));
		};
	};
	const pointSet = (replicate: number, log2Count: number) => {
		const kept = new Map<string, IntegrationRule>();
		return (layer: number, dimension: number): IntegrationRule => {
			const key = [layer, dimension].join();
			const known = kept.get(key);
			if (known) return known;
			const rule = paddedSobolRule(engine, dimension, log2Count, splitStream(stream(layer), replicate));
			if (!iterated || dimension * rule.count > MOST_KEPT) return rule;
			kept.set(key, keptRule(rule));
			return kept.get(key)!;
		};
	};
	const random = kinds.includes("random");
	return {
		random,
		replicates: (log2Count) =>
			Array.from({ length: random ? SCRAMBLES : 1 }, (_, k) => contract(pointSet(k, log2Count))),
	};
}

function unitAt(engine: Engine, activation: string, covariance: KernelBlocks): HiddenUnit {
	const joined = joinedKernel(covariance);
	const n = Math.sqrt(joined.length);
	return unitOfCovariance(engine, activation, matrix(n, n, joined), covariance.train.rows);
}

/** Grids where the finest one in use is affordable, else random points. */
function gridOf(engine: Engine, unit: HiddenUnit, stream: RandomState): RuleFamily {
	return ruleFamily(engine, unit, { even: unit.activation.odd, stream, gridBudget: GRID_POINTS });
}

function onNodes(
	engine: Engine,
	unit: HiddenUnit,
	stream: RandomState,
	average: (rule: IntegrationRule) => KernelBlocks,
): KernelBlocks {
	let finest: KernelBlocks | undefined;
	refine(
		gridOf(engine, unit, stream),
		(rule) => {
			finest = average(rule);
			return packBlocks(finest).pairs.covariances;
		},
		(entries) => {
			const largest = entries.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
			return entries.map(() => GRID_TOLERANCE * largest);
		},
		GRID_POINTS,
		FIRST_GRID_LEVEL,
	);
	return finest!;
}

function needsRandomPoints(layer: number, { dimension, activation }: HiddenUnit): InputError {
	return new InputError({
		where: "quadrature",
		wanted: `auto or sobol: there are nodes for at most ${GRID_DIMENSIONS} inputs to a layer without a closed form`,
		got: `converged, with ${dimension} inputs to layer ${layer + 1} (${activation.name})`,
	});
}
