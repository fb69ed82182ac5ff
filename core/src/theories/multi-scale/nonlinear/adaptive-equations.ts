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
import { type FeatureSource, ruleWeights, secondMoment, sumOverUnit } from "../../../tilted-unit/index.ts";
import { applied } from "../../self-consistent/bounded/prior-correction.ts";
import {
	type AdaptiveUnit,
	adaptiveUnit,
	type DualField,
	firstMoment,
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
	/** kappa Delta + f - y, the gradient of the action. */
	readonly residual: Float64Array;
	/** Q, P x P. */
	fluctuation(): Matrix;
	/** Lower Cholesky factor of kappa + Q; undefined where it is not positive definite. */
	factor(): Matrix | undefined;
	/** K^ = g <phi phi^T>, P x P. */
	kernel(): Matrix;
}

/** Equations (15) and (16) with the averages of one rule. */
export interface AdaptiveEquations {
	readonly source: FeatureSource;
	/** The weights of its rule. */
	readonly weights: Float64Array;
	readonly problem: AdaptiveProblem;
	/** What is added to averages of phi phi^T times g, P x P: the known part of the prior's less its estimate. */
	readonly correction: Matrix | undefined;
	at(field: DualField): AdaptivePoint;
}

/**
 * @param source the unit at its P training points
 * @param correction a share of K0 less its estimate by the same nodes: half of Delta.correction Delta is added to the action
 */
export function adaptiveEquations(
	engine: Engine,
	problem: AdaptiveProblem,
	source: FeatureSource,
	correction?: Matrix,
): AdaptiveEquations {
	const { width, readoutVariance, targets, noiseVariance } = problem;
	const P = targets.length;
	const weights = ruleWeights(source);
	const moments = secondMoment(engine, source.unit);
	const sums = firstMoment(engine, P);
	const corrected = (kernel: Matrix) => (correction ? plus(kernel, correction) : kernel);
	const secondMoments = (nodeWeights: Float64Array) =>
		mirrorLower(matrix(P, P, sumOverUnit(engine, source, moments, nodeWeights)));
	return {
		source,
		weights,
		problem,
		correction,
		at(field) {
			const { dual } = field;
			const unit = adaptiveUnit(engine, problem, source, weights, field);
			const shift = correction && applied(correction, dual);
			const own = sumOverUnit(engine, source, sums, unit.first).map((x) => readoutVariance * x);
			const mean = shift ? own.map((x, a) => x + shift[a]!) : own;
			const output = width * unit.measure.logNormalizer + (shift ? 0.5 * dot(dual, shift) : 0);
			const fluctuation = once(() => {
				const Q = secondMoments(unit.second);
				Q.data.forEach((x, k) => {
					Q.data[k] = readoutVariance * x - (own[Math.floor(k / P)]! * own[k % P]!) / width;
				});
				return corrected(Q);
			});
			return {
				field,
				unit,
				action: 0.5 * noiseVariance * dot(dual, dual) - dot(dual, targets) + output,
				mean,
				residual: dual.map((x, a) => noiseVariance * x + mean[a]! - targets[a]!),
				fluctuation,
				factor: once(() => {
					const result = choleskyFactor(engine, plusDiagonal(fluctuation(), noiseVariance));
					return result.positiveDefinite ? result.factor : undefined;
				}),
				kernel: once(() => {
					const kernel = secondMoments(unit.measure.probabilities);
					return corrected(
						matrix(
							P,
							P,
							kernel.data.map((x) => readoutVariance * x),
						),
					);
				}),
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
