/** Scales over the patches of one convolutional layer: the prior covariance of f is K(Q) = (1/n_p) sum_ij Q_ij K_ij. */
import {
	columnVector,
	type Engine,
	gram,
	type Matrix,
	matrix,
	matrixFromColumn,
	transpose,
	view,
} from "@finitude/engine";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { gaussianProcessPosterior, posteriorGivenFactor } from "../theories/gaussian-process.ts";
import type { MatrixScale } from "./matrix-scale.ts";
import { packedLower, pairSums, unpackLower } from "./pair-sums.ts";
import type { PatchPair } from "./patch-kernels.ts";

/** A matrix of scales over patches. */
export interface PatchScales extends MatrixScale {
	/** K(Q), without the readout bias. */
	kernelAt(scales: Matrix): KernelBlocks;
}

/**
 * Equation (16) of docs/theories/kernel-rescaling.md, one output. An energy costs O(n_p^2 P^2 + P^3), and so does its gradient; a
 * curvature along m directions O(m n_p^2 P^2 + m P^3 + m^2 P^2). Call within `scoped`: the work space in the engine lives as long
 * as the model.
 *
 * @param pairs from `patchKernels`; where those of different patches are missing, only the diagonal of Q counts
 * @param targets P x 1
 * @param covariance Whether predictions hold the covariances over points; the pairs must have them.
 */
export function patchScales(
	engine: Engine,
	pairs: readonly PatchPair[],
	targets: Matrix,
	noiseVariance: number,
	readoutBiasVariance: number,
	{ covariance = false } = {},
): PatchScales {
	const P = targets.rows;
	const sums = pairSums(engine, pairs);
	const square = () => view(engine.allocate(P * P), P, P);
	const [factor, work] = [square(), square()];
	const column = columnVector(engine.allocate(P));
	/** K(Q) and the bias, for predictions. */
	let predictive: KernelBlocks | undefined;

	/** A's Cholesky factor L in the lower triangle of `factor`, u = L^-1 y in `column`. Returns E(Q). */
	const factorize = (scales: Matrix): number => {
		const K = sums.trainTriangle(scales);
		const A = factor.block.data;
		let at = 0;
		for (let i = 0; i < P; i++) {
			for (let j = 0; j <= i; j++) A[i * P + j] = K[at++]! + readoutBiasVariance;
			A[i * P + i]! += noiseVariance;
		}
		if (engine.cholesky(factor) >= 0) return Number.POSITIVE_INFINITY;
		column.block.data.set(targets.data);
		engine.solveTriangular(factor, column, false);
		const [L, u] = [factor.block.data, column.block.data];
		let energy = 0;
		for (let i = 0; i < P; i++) energy += 2 * Math.log(L[i * P + i]!) + u[i]! ** 2;
		return energy;
	};

	return {
		size: sums.size,
		targetCount: P,
		energy: factorize,
		slope(scales) {
			const energy = factorize(scales);
			if (energy === Number.POSITIVE_INFINITY) return undefined;
			engine.solveTriangular(factor, column, true);
			engine.invertFromCholesky(factor);
			const b = column.block.data;
			const spread = sums.adjoint(packedLower(matrix(P, P, factor.block.data), 2));
			const forces = new Float64Array((P * (P + 1)) / 2);
			let at = 0;
			for (let i = 0; i < P; i++) {
				for (let j = 0; j < i; j++) forces[at++] = 2 * b[i]! * b[j]!;
				forces[at++] = b[i]! ** 2;
			}
			return { energy, spread, pull: sums.adjoint(forces) };
		},
		curvature(scales, directions) {
			factorize(scales);
			const m = directions.length;
			const u = column.block.data.slice();
			// With W_a = L^-1 K[Z_a] L^-T: tr(A^-1 K[Z_a] A^-1 K[Z_b]) = W_a . W_b, and L^-1 K[Z_a] b = W_a u.
			// W_a is symmetric: its triangle is enough.
			const W = matrix(m, (P * (P + 1)) / 2);
			const forces = matrix(m, P);
			directions.forEach((Z, a) => {
				unpackLower(sums.trainTriangle(Z), 0, matrix(P, P, work.block.data));
				engine.solveTriangular(factor, work, false);
				engine.solveTriangular(factor, transpose(work), false);
				const whitened = work.block.data;
				W.data.set(packedLower(matrix(P, P, whitened), Math.SQRT2), a * W.columns);
				for (let i = 0; i < P; i++) {
					for (let j = 0; j < P; j++) forces.data[a * P + i]! += whitened[i * P + j]! * u[j]!;
				}
			});
			const traces = gram(engine, W).data;
			return matrix(
				m,
				m,
				gram(engine, forces).data.map((force, e) => 2 * force - traces[e]!),
			);
		},
		predict(scales) {
			predictive = sums.blocks(scales, readoutBiasVariance, predictive);
			const rest = [predictive, targets, noiseVariance, { covariance }] as const;
			const posterior =
				factorize(scales) < Number.POSITIVE_INFINITY
					? posteriorGivenFactor(engine, factor, ...rest)
					: // It refuses, and says what noise would be enough.
						gaussianProcessPosterior(engine, ...rest);
			const { trainMean, trainVariance, trainCovariance, testMean, testVariance, testCovariance } = posterior;
			return {
				trainMean,
				trainVariance: matrixFromColumn(trainVariance),
				...(trainCovariance && { trainCovariance }),
				...(testMean && { testMean }),
				...(testVariance && { testVariance: matrixFromColumn(testVariance) }),
				...(testCovariance && { testCovariance }),
				validity: posterior.validity,
			};
		},
		kernelAt: (scales) => sums.blocks(scales, 0),
	};
}
