import { dot, type Engine, type Matrix } from "@finitude/engine";
import type { FeatureSource } from "../../../tilted-unit/index.ts";
import type { CumulantFunction } from "../cumulant-function.ts";
import {
	type FieldAverages,
	fieldAverages,
	secondMoments,
	thirdCumulant,
	treeTilt,
} from "./unit-averages.ts";

/** What W knows of a dense layer beside the unit and the points of integration. */
export interface BoundedNetwork {
	/** N. */
	readonly width: number;
	/** sig2 = s_a^2 / chi. */
	readonly readoutVariance: number;
	/** s_b^2 of the readout. */
	readonly readoutBiasVariance: number;
}

/** W(t) = N ln E exp((c/2) (t . phi)^2) + s_b^2 (sum_a t_a)^2 / 2, c = sig2/N: equations (12)-(15). It is finite for every t. */
export function boundedCumulant(
	engine: Engine,
	network: BoundedNetwork,
	source: FeatureSource,
): CumulantFunction {
	const points = source.unit.points;
	return {
		points,
		at(t) {
			const tilted = tiltedUnit(engine, network, source, t);
			return {
				value: tilted.value,
				gradient: tilted.gradient,
				hessian: () => tilted.hessian(),
				contractThird: (factor) => tilted.contractThird(factor),
			};
		},
	};
}

/** W and its derivatives at all n points of a source, t over the leading P of them. */
export interface TiltedUnit {
	readonly averages: FieldAverages;
	/** W. */
	readonly value: number;
	/** W', n numbers. */
	readonly gradient: Float64Array;
	/** W'', n x n. */
	hessian(): Matrix;
	/** K = sig2 <phi phi^T> + s_b^2, n x n. */
	kernel(): Matrix;
	/** sum_ab W'''_{*ab} Lam_ab, n numbers. @param factor L with Lam = (L L^T)^-1, P x P */
	contractThird(factor: Matrix): Float64Array;
}

/** One pass over the points for W and W'; each of the other quantities is another pass when it is asked for. */
export function tiltedUnit(
	engine: Engine,
	{ width, readoutVariance, readoutBiasVariance }: BoundedNetwork,
	source: FeatureSource,
	t: Float64Array,
): TiltedUnit {
	const c = readoutVariance / width;
	const averages = fieldAverages(engine, source, treeTilt(c, t), t);
	const { mean, logNormalizer } = averages;
	const total = t.reduce((sum, x) => sum + x, 0);
	return {
		averages,
		value: width * logNormalizer + (readoutBiasVariance * total * total) / 2,
		gradient: mean.map((x) => readoutVariance * x + readoutBiasVariance * total),
		hessian() {
			const result = secondMoments(engine, source, treeTilt(c, t), c, t);
			const n = result.rows;
			for (let a = 0; a < n; a++) {
				for (let b = 0; b < n; b++) {
					const moment = result.data[a * n + b]! - c * mean[a]! * mean[b]!;
					result.data[a * n + b] = readoutVariance * moment + readoutBiasVariance;
				}
			}
			return result;
		},
		kernel() {
			const result = secondMoments(engine, source, treeTilt(c, t), 0, t);
			for (let k = 0; k < result.data.length; k++) {
				result.data[k] = readoutVariance * result.data[k]! + readoutBiasVariance;
			}
			return result;
		},
		contractThird: (factor) => thirdCumulant(engine, source, { c, width, tau: t, mean, factor }),
	};
}

/** y^T K y / (|y|^2 tr K): how much of a kernel lies along the targets; 0 for targets that are all 0. */
export function targetAlignment(kernel: Matrix, targets: Float64Array): number {
	const n = kernel.rows;
	let [form, trace] = [0, 0];
	for (let a = 0; a < n; a++) {
		trace += kernel.data[a * n + a]!;
		form += targets[a]! * dot(kernel.data.subarray(a * n, (a + 1) * n), targets);
	}
	const square = dot(targets, targets);
	return square === 0 || trace === 0 ? 0 : form / (square * trace);
}
