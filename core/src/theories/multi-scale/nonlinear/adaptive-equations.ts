/** Equations (15) and (16) by the nodes of one rule. */
import {
	choleskyFactor,
	choleskyInverse,
	dot,
	type Engine,
	type Matrix,
	matrix,
	mirrorLower,
	plus,
	plusDiagonal,
} from "@finitude/engine";
import {
	type FeatureSource,
	ruleWeights,
	secondMoment,
	sumOverUnit,
	type TiltedMeasure,
	tiltedMeasure,
} from "../../../tilted-unit/index.ts";
import { applied } from "../../self-consistent/bounded/prior-correction.ts";
import {
	type AdaptiveUnit,
	adaptiveUnit,
	type DualField,
	firstMoments,
	type UnitNetwork,
} from "./adaptive-unit.ts";

/** The network and the data as the equations see them. */
export interface AdaptiveProblem extends UnitNetwork {
	/** y, P numbers. */
	readonly targets: Float64Array;
	/** kappa > 0. */
	readonly noiseVariance: number;
}

/** The equations at one dual field. */
export interface AdaptivePoint {
	readonly field: DualField;
	readonly unit: AdaptiveUnit;
	/** kappa Delta^2/2 - Delta.y + N log E exp(...) (3), convex in Delta at fixed R. */
	readonly action: number;
	/** f, P numbers. */
	readonly mean: Float64Array;
	/** Without the correction by what is known of the prior. */
	readonly ownMean: Float64Array;
	/** kappa Delta + f - y, the gradient of the action. */
	readonly residual: Float64Array;
	/** Q, P x P. */
	fluctuation(): Matrix;
	/** Lower Cholesky factor of kappa + Q; undefined where it is not positive definite. */
	factor(): Matrix | undefined;
	/** K^ = g <phi phi^T>, P x P. */
	kernel(): Matrix;
}

/** What is known of the prior, in the place of a share of its estimate by random nodes. */
export interface PriorAnchor {
	/** The share, 0 to 1. */
	readonly share: number;
	/** K0, P x P. */
	readonly kernel: Matrix;
}

/** Equations (15) and (16) with the averages of one rule. */
export interface AdaptiveEquations {
	readonly problem: AdaptiveProblem;
	readonly source: FeatureSource;
	/** The weights of its rule. */
	readonly weights: Float64Array;
	/** The prior on the nodes. */
	readonly prior: TiltedMeasure;
	/** 0 without an anchor. */
	readonly share: number;
	at(field: DualField): AdaptivePoint;
}

/**
 * @param source the unit at its P training points
 * @param anchor share (K0 - K0^) is added to the kernels, K0^ by the same nodes, and half of its form in Delta to the action
 */
export function adaptiveEquations(
	engine: Engine,
	problem: AdaptiveProblem,
	source: FeatureSource,
	anchor?: PriorAnchor,
): AdaptiveEquations {
	const { width, readoutVariance, targets, noiseVariance } = problem;
	const P = targets.length;
	const weights = ruleWeights(source);
	const prior = tiltedMeasure(source, weights, new Float64Array(weights.length))!;
	const moments = secondMoment(engine, source.unit);
	/** g sum phi phi^T. */
	const secondMoments = (nodeWeights: Float64Array) =>
		matrix(
			P,
			P,
			mirrorLower(matrix(P, P, sumOverUnit(engine, source, moments, nodeWeights))).data.map(
				(x) => readoutVariance * x,
			),
		);
	const estimate = anchor && secondMoments(prior.probabilities);
	const correction =
		anchor &&
		matrix(
			P,
			P,
			anchor.kernel.data.map((x, k) => anchor.share * (x - estimate!.data[k]!)),
		);
	const corrected = (kernel: Matrix) => (correction ? plus(kernel, correction) : kernel);
	return {
		problem,
		source,
		weights,
		prior,
		share: anchor?.share ?? 0,
		at(field) {
			const { dual } = field;
			const unit = adaptiveUnit(engine, problem, source, weights, field);
			const shift = correction && applied(correction, dual);
			const [sums] = firstMoments(engine, source, [unit.first]);
			const own = sums!.map((x) => readoutVariance * x);
			const mean = shift ? own.map((x, a) => x + shift[a]!) : own;
			const output = width * unit.measure.logNormalizer + (shift ? 0.5 * dot(dual, shift) : 0);
			const fluctuation = once(() => {
				const Q = secondMoments(unit.second);
				Q.data.forEach((x, k) => {
					Q.data[k] = x - (own[Math.floor(k / P)]! * own[k % P]!) / width;
				});
				return corrected(Q);
			});
			return {
				field,
				unit,
				action: 0.5 * noiseVariance * dot(dual, dual) - dot(dual, targets) + output,
				mean,
				ownMean: own,
				residual: dual.map((x, a) => noiseVariance * x + mean[a]! - targets[a]!),
				fluctuation,
				factor: once(() => {
					const result = choleskyFactor(engine, plusDiagonal(fluctuation(), noiseVariance));
					return result.positiveDefinite ? result.factor : undefined;
				}),
				kernel: once(() => corrected(secondMoments(unit.measure.probabilities))),
			};
		},
	};
}

/** R = (kappa + Q)^-1 of (16); undefined where kappa + Q is not positive definite. */
export function resolventOf(engine: Engine, point: AdaptivePoint): Matrix | undefined {
	const factor = point.factor();
	return factor && choleskyInverse(engine, factor);
}

function once<T>(compute: () => T): () => T {
	let result: { readonly value: T } | undefined;
	return () => {
		result ??= { value: compute() };
		return result.value;
	};
}
