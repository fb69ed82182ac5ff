/** Means and covariances of several outputs given their matrix of scales. */
import { diagonal, type Engine, identity, type Matrix, matrix, multiply, transposed } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { negativeVariances } from "../theories/gaussian-process.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";
import type { ScalePrediction } from "./matrix-scale.ts";

/** Q in its eigenbasis with what follows from it: B_k = noise_k I + signal_k Q has the eigenvalues b_kj in the basis of Q. */
export interface RotatedScales {
	/** q_j, ascending. */
	readonly values: Float64Array;
	/** Eigenvectors of Q in columns. */
	readonly vectors: Matrix;
	/** P x D: b_kj = noise_k + signal_k q_j. */
	readonly variances: Float64Array;
	/** P x D: the targets in the coordinates of the modes and of Q. */
	readonly targets: Float64Array;
}

/** z_k = B_k^-1 yt_k in the basis of Q, P x D. */
export function forcesOf({ variances, targets }: RotatedScales): Float64Array {
	return targets.map((y, e) => y / variances[e]!);
}

/**
 * Equation (15) of docs/theories/kernel-rescaling.md with a readout bias. In the coordinates T of the modes (T A T^T diagonal) a
 * point with c = T k and the bias j = s_b^2 T 1 has the mean sum_k (c_k Q + j_k) z_k and the covariance
 * (k** Q + s_b^2) - sum_k (c_k Q + j_k) B_k^-1 (c_k Q + j_k); at training point i, t = T e_i, the latter is
 * kappa sum_k t_k B_k^-1 (c_k Q + j_k), without cancellation.
 */
export function outputPredictor(
	engine: Engine,
	{ train, test }: KernelBlocks,
	modes: Modes,
	noiseVariance: number,
	readoutBiasVariance: number,
): (scales: RotatedScales) => ScalePrediction {
	const P = train.rows;
	const points = transposed(modes.projectColumns(identity(P)));
	const bias = modes.project(new Float64Array(P).fill(readoutBiasVariance));
	const trainCross =
		readoutBiasVariance === 0
			? matrix(
					P,
					P,
					points.data.map((t, e) => t * modes.signal[e % P]!),
				)
			: transposed(modes.projectColumns(train));
	const testCross = test && transposed(modes.projectColumns(transposed(test.cross)));

	return (rotated) => {
		const { values, vectors, variances } = rotated;
		const D = values.length;
		const z = forcesOf(rotated);
		/** Row i, in the basis of Q: sum_k of v = c_ik q_j + j_k times a weight, given (i, k) and (k, j) as places in P x P and P x D. */
		const summed = (cross: Matrix, weight: (ik: number, kj: number, v: number) => number): Matrix => {
			const sums = matrix(cross.rows, D);
			for (let i = 0; i < cross.rows; i++) {
				for (let k = 0; k < P; k++) {
					const c = cross.data[i * P + k]!;
					for (let j = 0; j < D; j++) {
						const v = c * values[j]! + bias[k]!;
						sums.data[i * D + j]! += v * weight(i * P + k, k * D + j, v);
					}
				}
			}
			return sums;
		};
		const meanOf = (cross: Matrix) =>
			multiply(
				engine,
				summed(cross, (_, kj) => z[kj]!),
				vectors,
				{ transposeB: true },
			);
		const priorOf = (kernelDiagonal: Float64Array) =>
			matrix(
				kernelDiagonal.length,
				D,
				Float64Array.from(
					{ length: kernelDiagonal.length * D },
					(_, e) => kernelDiagonal[Math.floor(e / D)]! * values[e % D]! + readoutBiasVariance,
				),
			);

		const trainSpread = summed(trainCross, (ik, kj) => (noiseVariance * points.data[ik]!) / variances[kj]!);
		const trainVariance = diagonals(vectors, trainSpread);
		const trained = {
			trainMean: meanOf(trainCross),
			trainVariance,
			validity: negativeOutputVariances(
				"training",
				trainVariance,
				diagonals(vectors, priorOf(diagonal(train))),
			),
		};
		if (!test || !testCross) return trained;
		const testPrior = priorOf(test.diagonal);
		const explained = summed(testCross, (_, kj, v) => v / variances[kj]!);
		const testSpread = matrix(
			testCross.rows,
			D,
			testPrior.data.map((x, e) => x - explained.data[e]!),
		);
		const testVariance = diagonals(vectors, testSpread);
		return {
			...trained,
			testMean: meanOf(testCross),
			testVariance,
			testOutputCovariance: covariances(vectors, testSpread),
			validity: [
				...trained.validity,
				...negativeOutputVariances("test", testVariance, diagonals(vectors, testPrior)),
			],
		};
	};
}

/** Row i: the diagonal of V diag(spread_i) V^T. */
function diagonals(vectors: Matrix, spread: Matrix): Matrix {
	const D = vectors.rows;
	const result = matrix(spread.rows, D);
	for (let i = 0; i < spread.rows; i++) {
		for (let d = 0; d < D; d++) {
			for (let j = 0; j < D; j++) {
				result.data[i * D + d]! += vectors.data[d * D + j]! ** 2 * spread.data[i * D + j]!;
			}
		}
	}
	return result;
}

/** Row i: V diag(spread_i) V^T, exactly symmetric. */
function covariances(vectors: Matrix, spread: Matrix): Matrix {
	const D = vectors.rows;
	const result = matrix(spread.rows, D * D);
	for (let i = 0; i < spread.rows; i++) {
		for (let d = 0; d < D; d++) {
			for (let e = 0; e <= d; e++) {
				let sum = 0;
				for (let j = 0; j < D; j++) {
					sum += vectors.data[d * D + j]! * vectors.data[e * D + j]! * spread.data[i * D + j]!;
				}
				result.data[i * D * D + d * D + e] = result.data[i * D * D + e * D + d] = sum;
			}
		}
	}
	return result;
}

/** `negativeVariances` of every output. */
function negativeOutputVariances(kind: string, variance: Matrix, prior: Matrix): ValidityNote[] {
	const D = variance.columns;
	const column = ({ data }: Matrix, d: number) => data.filter((_, e) => e % D === d);
	return Array.from({ length: D }, (_, d) => d).flatMap((d) =>
		negativeVariances(kind, column(variance, d), column(prior, d)),
	);
}
