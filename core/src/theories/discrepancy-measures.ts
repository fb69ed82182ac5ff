/** Order parameters of a posterior mean and variance at the training points, as the literature on kernel adaptation plots them. */
import { dot, type Matrix } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import type { GaussianProcessPosterior } from "./gaussian-process.ts";

/**
 * `alpha` = t.y / y.y with t = (K + kappa I)^-1 y, and
 * `rmseOverStd` = sqrt((mean of (y - f)^2 + mean of Var f) / variance of y), variances with divisor P, averaged over the
 * outputs. A ratio whose denominator is 0 (targets all 0, or constant) is left out.
 *
 * Seroussi, Naveh and Ringel 2021, arXiv 2112.15383, in the notation of docs/theories/equations-of-state.md.
 */
export function discrepancyMeasures(
	{ trainTargets, noiseVariance }: Problem,
	{ discrepancy, trainVariance }: GaussianProcessPosterior,
): { alpha?: number; rmseOverStd?: number } {
	const { rows: P, columns: D, data } = trainTargets;
	const norm = dot(data, data);
	const error = (noiseVariance ** 2 * dot(discrepancy.data, discrepancy.data)) / (P * D);
	const variance = trainVariance.reduce((sum, x) => sum + x, 0) / P;
	const spread = targetVariance(trainTargets);
	return {
		...(norm > 0 && { alpha: dot(discrepancy.data, data) / norm }),
		...(spread > 0 && { rmseOverStd: Math.sqrt(Math.max(0, error + variance) / spread) }),
	};
}

/** t^T C t, summed over the outputs: with the discrepancy and the last pre-activation kernel of infinite width the emergent
 * scale that the width must exceed for that limit to hold. */
export function emergentScale(discrepancy: Matrix, kernel: Matrix): number {
	const { rows: P, columns: D, data } = discrepancy;
	let sum = 0;
	for (let i = 0; i < P; i++) {
		for (let j = 0; j < P; j++) {
			for (let k = 0; k < D; k++) sum += data[i * D + k]! * kernel.data[i * P + j]! * data[j * D + k]!;
		}
	}
	return sum;
}

function targetVariance({ rows: P, columns: D, data }: Matrix): number {
	let total = 0;
	for (let k = 0; k < D; k++) {
		let [sum, squares] = [0, 0];
		for (let i = 0; i < P; i++) sum += data[i * D + k]!;
		for (let i = 0; i < P; i++) squares += (data[i * D + k]! - sum / P) ** 2;
		total += squares / P;
	}
	return total / D;
}
