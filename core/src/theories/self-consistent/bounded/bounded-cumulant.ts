import { dot, type Engine, type Matrix, matrix } from "@finitude/engine";
import type { FeatureSource } from "../../../tilted-unit/index.ts";
import type { CumulantPoint } from "../cumulant-function.ts";
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

/**
 * W(t) = N ln E exp((c/2) (t . phi)^2) + s_b^2 (sum_a t_a)^2 / 2, c = sig2/N, and its derivatives at all n points of a source, t
 * over the leading P of them: equations (12)-(15). It is finite for every t.
 */
export interface TiltedUnit extends CumulantPoint {
	readonly averages: FieldAverages;
	/** K = sig2 <phi phi^T> + s_b^2, n x n. */
	kernel(): Matrix;
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
		hessian: computedOnce(() => {
			const result = secondMoments(engine, source, treeTilt(c, t), c, t);
			const n = result.rows;
			for (let a = 0; a < n; a++) {
				for (let b = 0; b < n; b++) {
					const moment = result.data[a * n + b]! - c * mean[a]! * mean[b]!;
					result.data[a * n + b] = readoutVariance * moment + readoutBiasVariance;
				}
			}
			return result;
		}),
		kernel: computedOnce(() => {
			const result = secondMoments(engine, source, treeTilt(c, t), 0, t);
			for (let k = 0; k < result.data.length; k++) {
				result.data[k] = readoutVariance * result.data[k]! + readoutBiasVariance;
			}
			return result;
		}),
		contractThird: (factor) => thirdCumulant(engine, source, { c, width, tau: t, mean, factor }),
	};
}

/** Computed when it is first asked for; every caller gets its own copy. */
function computedOnce(compute: () => Matrix): () => Matrix {
	let result: Matrix | undefined;
	return () => {
		result ??= compute();
		return matrix(result.rows, result.columns, result.data.slice());
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
