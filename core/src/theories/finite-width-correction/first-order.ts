/** Which way the correction is computed: from the tensor V, or from averages over one unit in which V is contracted. */
import { type Engine, matrix, seedStream, splitStream } from "@finitude/engine";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import {
	alongPrincipalAxes,
	doublings,
	exactRule,
	GRID_DIMENSIONS,
	type HiddenUnit,
	hiddenUnit,
	sobolRule,
	spread,
	standardError,
	unitOfCovariance,
} from "../../tilted-unit/index.ts";
import {
	type AveragingError,
	averaged,
	correctionDeviations,
	exactly,
	type FirstOrder,
	requireSamples,
} from "./averaging-report.ts";
import { type ContractedCorrection, contractedUnitCorrection } from "./contracted.ts";
import { type Correction, sumOfCorrections } from "./correction.ts";
import { exactMoment } from "./exact-moments.ts";
import { pairCount } from "./kernel-covariance.ts";
import { kernelCumulants } from "./layer-recursion.ts";
import { type PosteriorOperators, posteriorOperators } from "./posterior-operators.ts";
import { tensorCorrection } from "./tensor-correction.ts";
import { averagedUnitCovariance, exactChannelCovariance, exactUnitCovariance } from "./unit-covariance.ts";

export interface FirstOrderOptions {
	readonly weightSharing: boolean;
	/** Points that an average over a unit may take. */
	readonly samples: number;
	readonly seed: number;
}

/** Independent scrambles of random points, whose spread gives the standard error. */
const SCRAMBLES = 8;

/** log2 of the points of a scramble that deep networks start from. */
const FIRST_LEVEL = 9;

/** Standard error wanted of deep networks, relative to the largest correction, as for one layer. */
const TOLERANCE = 1e-2;

/** Exact moments of this many quadruples cost about a second: 40 points of a dense layer. */
const FEW_MOMENTS = 130_000;

/** The same where the alternative is random points: 60 points of a dense layer. */
const MOST_MOMENTS = 650_000;

/**
 * The order 1/N of the answer. Deep networks need the tensor. One hidden layer needs it only where its moments are exact and few.
 *
 * @param prior with the blocks between test points
 * @param covariance also between points
 * @throws InputError when K + kappa I is singular, or averages are needed and `samples` is 0
 */
export function firstOrder(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	options: FirstOrderOptions,
	covariance: boolean,
): FirstOrder {
	const operators = posteriorOperators(engine, prior.output, problem.trainTargets, problem.noiseVariance);
	const wanted = { covariance: covariance && problem.trainTargets.columns === 1 };
	return problem.network.layers.length === 1
		? oneLayer(engine, problem, operators, options, wanted)
		: tensorFirstOrder(engine, problem, prior, operators, options, wanted);
}

function oneLayer(
	engine: Engine,
	problem: Problem,
	operators: PosteriorOperators,
	{ weightSharing, samples, seed }: FirstOrderOptions,
	wanted: { readonly covariance: boolean },
): FirstOrder {
	const { network } = problem;
	const layer = network.layers[0]!;
	const scale = (network.readout.weightVariance / chi(network)) ** 2 / layerWidth(layer);
	const unit = alongPrincipalAxes(engine, hiddenUnit(engine, problem));
	const random = unit.dimension > GRID_DIMENSIONS && !exactRule(engine, unit, 4, samples);
	const affordable = random ? MOST_MOMENTS : FEW_MOMENTS;
	if (exactMoment(layer.activation) && momentCount(unit, weightSharing) <= affordable) {
		const V = exactChannelCovariance(engine, layer.activation, unit, weightSharing);
		const covariance = V.map((x) => scale * x);
		return exactly(tensorCorrection(engine, { covariance }, operators, wanted));
	}
	if (random) requireSamples(samples, layer.activation);
	const { positions: M } = unit;
	const parts = weightSharing || M === 1 ? [unit] : positionsOf(engine, unit);
	const factor = parts.length === 1 ? scale : scale / (M * M);
	const corrections = parts.map((part) =>
		contractedUnitCorrection(engine, part, operators, factor, {
			...wanted,
			seed,
			budget: samples * part.inputs.rows,
		}),
	);
	return averaged(sumOfCorrections(corrections, 1), errorOf(corrections));
}

/** Distinct four-point moments of the tensor. */
function momentCount({ points: n, positions: M }: HiddenUnit, weightSharing: boolean): number {
	if (M === 1) return (n * (n + 1) * (n + 2) * (n + 3)) / 24;
	return 0.5 * pairCount(n) ** 2 * (weightSharing ? M * M : M);
}

/** Each position as a unit of its own: what the channels of a locally connected layer consist of. */
function positionsOf(engine: Engine, unit: HiddenUnit): HiddenUnit[] {
	const { points: n, dimension: r } = unit;
	return Array.from({ length: unit.positions }, (_, i) =>
		alongPrincipalAxes(engine, {
			...unit,
			positions: 1,
			inputs: matrix(n, r, unit.inputs.data.slice(i * n * r, (i + 1) * n * r)),
		}),
	);
}

/** Errors of a sum of independent averages, bounded by their sum. */
function errorOf(corrections: readonly ContractedCorrection[]): AveragingError | undefined {
	const { rule } = corrections[0]!.quadrature;
	if (rule !== "sobol" && rule !== "trapezoid") return undefined;
	const sum = (of: (c: ContractedCorrection) => number) => corrections.reduce((total, c) => total + of(c), 0);
	return {
		rule,
		points: corrections[0]!.quadrature.points,
		mean: sum((c) => c.quadrature.errors.mean),
		variance: sum((c) => c.quadrature.errors.outputCovariance),
		kernel: sum((c) => c.quadrature.errors.kernelShift),
		// Of a sum over independent positions: the deviations of each.
		deviations: {
			mean: corrections.flatMap((c) => c.quadrature.deviations.mean ?? []),
			variance: corrections.flatMap((c) => c.quadrature.deviations.variance ?? []),
			kernel: corrections.flatMap((c) => c.quadrature.deviations.kernel ?? []),
		},
	};
}

/**
 * The order 1/N of dense layers of any number from the whole tensor V: exact where the moments of all layers are, else by random
 * points, doubled until their standard error is 1e-2 of the correction or `samples` are used.
 *
 * @param prior with the blocks between test points
 * @param isExact which activations' exact moments to use, among those that have some
 * @throws InputError when averages are needed and `samples` is 0
 */
export function tensorFirstOrder(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	operators: PosteriorOperators,
	{ samples, seed }: Pick<FirstOrderOptions, "samples" | "seed">,
	wanted: { readonly covariance: boolean },
	isExact: (activation: string) => boolean = (activation) => exactMoment(activation) !== undefined,
): FirstOrder {
	const { network } = problem;
	const P = problem.trainInputs.rows;
	const inexact = network.layers.filter(({ activation }) => !isExact(activation));
	const solve = (replicate: number, log2Count: number): Correction => {
		const cumulants = kernelCumulants(engine, network, prior, (l, C, n) => {
			const { activation } = network.layers[l]!;
			if (isExact(activation)) return exactUnitCovariance(engine, activation, C, n);
			const unit = unitOfCovariance(engine, activation, matrix(n, n, C), P);
			const stream = splitStream(seedStream(seed), l);
			const rule = sobolRule(engine, unit.dimension, log2Count, splitStream(stream, replicate));
			return averagedUnitCovariance(engine, unit, rule);
		});
		return tensorCorrection(engine, cumulants, operators, wanted);
	};
	if (inexact.length === 0) return exactly(solve(0, 0));
	requireSamples(samples, inexact[0]!.activation);
	for (let log2Count = FIRST_LEVEL; ; ) {
		const replicates = Array.from({ length: SCRAMBLES }, (_, k) => solve(k, log2Count));
		const { mean, variance, kernel } = correctionDeviations(replicates);
		const result = averaged(sumOfCorrections(replicates, 1 / SCRAMBLES), {
			rule: "sobol",
			points: SCRAMBLES * 2 ** log2Count,
			mean: standardError(replicates.map(({ mean }) => mean.data)),
			variance: standardError(replicates.map(({ outputCovariance }) => outputCovariance.data)),
			kernel: standardError(replicates.map(({ kernelShift }) => kernelShift.data)),
			deviations: { mean: spread(mean!), variance: spread(variance!), kernel: spread(kernel!) },
		});
		const { residual } = result.convergence;
		const left = Math.floor(Math.log2(samples / SCRAMBLES)) - log2Count;
		if (residual <= TOLERANCE || left < 1) return result;
		log2Count += Math.min(left, doublings(residual / TOLERANCE));
	}
}
