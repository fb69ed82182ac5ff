/** Scales over the patches of one convolutional layer: the prior covariance of f is K(Q) = (1/n_p) sum_ij Q_ij K_ij. */
import {
	choleskyFactor,
	choleskyInverse,
	choleskySolve,
	dot,
	type Engine,
	gram,
	logDeterminant,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	solveLower,
	transposed,
} from "@finitude/engine";
import { combineBlocks, type KernelBlocks } from "../kernels/kernel-blocks.ts";
import { gaussianProcessPosterior } from "../theories/gaussian-process.ts";
import type { EnergySlope, MatrixScale, ScalePrediction } from "./matrix-scale.ts";
import type { PatchPair } from "./patch-kernels.ts";

/** A matrix of scales over patches. */
export interface PatchScales extends MatrixScale {
	predict(scales: Matrix): Omit<ScalePrediction, "testOutputCovariance">;
	/** K(Q), without the readout bias. */
	kernelAt(scales: Matrix): KernelBlocks;
}

/**
 * Equation (16) of docs/theories/kernel-rescaling.md, one output. An energy costs O(n_p^2 P^2 + P^3), and so does its gradient; a
 * curvature along m directions O(m n_p^2 P^2 + m P^3 + m^2 P^2).
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
	const size = pairs.at(-1)!.second + 1;
	const triangles = pairs.map(({ blocks }) => packedLower(blocks.train, 1));
	/** K[Z] for a symmetric Z, at the training points. */
	const trainKernel = (Z: Matrix): Matrix => {
		const sum = new Float64Array((P * (P + 1)) / 2);
		pairs.forEach(({ first, second }, p) => {
			const weight = Z.data[first * size + second]!;
			const triangle = triangles[p]!;
			if (weight !== 0) for (let e = 0; e < sum.length; e++) sum[e]! += weight * triangle[e]!;
		});
		return unpackedLower(sum, P);
	};
	/** The Cholesky factor of A. */
	const factorAt = (scales: Matrix): Matrix | undefined => {
		const A = trainKernel(scales);
		for (let i = 0; i < P; i++) {
			for (let j = 0; j < P; j++) A.data[i * P + j]! += readoutBiasVariance;
			A.data[i * P + i]! += noiseVariance;
		}
		const result = choleskyFactor(engine, A);
		return result.positiveDefinite ? result.factor : undefined;
	};
	const energyOf = (factor: Matrix) => {
		const { data } = solveLower(engine, factor, targets);
		return logDeterminant(factor) + dot(data, data);
	};
	/** The symmetric matrix G with tr(C K[dQ]) = tr(G dQ). */
	const adjoint = (C: Matrix): Matrix => {
		const G = matrix(size, size);
		// Entries off the diagonal stand for two.
		const packed = packedLower(C, 2);
		pairs.forEach(({ first, second }, p) => {
			const product = dot(packed, triangles[p]!);
			// The pair holds K_ij + K_ji, which dQ_ij and dQ_ji share.
			if (first === second) G.data[first * size + first] = product;
			else G.data[first * size + second] = G.data[second * size + first] = product / 2;
		});
		return G;
	};
	// One pair after the other: all of them scaled at once would take as much memory again as the kernels.
	const kernelAt = (scales: Matrix): KernelBlocks =>
		pairs
			.slice(1)
			.reduce(
				(sum, { first, second, blocks }) =>
					combineBlocks([sum, combineBlocks([blocks], scales.data[first * size + second]!, 0)], 1, 0),
				combineBlocks([pairs[0]!.blocks], scales.data[0]!, 0),
			);

	return {
		size,
		targetCount: P,
		energy(scales) {
			const factor = factorAt(scales);
			return factor === undefined ? Number.POSITIVE_INFINITY : energyOf(factor);
		},
		slope(scales): EnergySlope | undefined {
			const factor = factorAt(scales);
			if (factor === undefined) return undefined;
			const b = choleskySolve(engine, factor, targets);
			return {
				energy: energyOf(factor),
				spread: adjoint(choleskyInverse(engine, factor)),
				pull: adjoint(gram(engine, b)),
			};
		},
		curvature(scales, directions) {
			const factor = factorAt(scales)!;
			const reduced = solveLower(engine, factor, targets);
			// With W_a = L^-1 K[Z_a] L^-T: tr(A^-1 K[Z_a] A^-1 K[Z_b]) = W_a . W_b, and L^-1 K[Z_a] b = W_a L^-1 y.
			// W_a is symmetric: its triangle is enough.
			const W = matrix(directions.length, (P * (P + 1)) / 2);
			const u = matrix(directions.length, P);
			directions.forEach((Z, a) => {
				const half = transposed(solveLower(engine, factor, trainKernel(Z)));
				const whitened = solveLower(engine, factor, half);
				W.data.set(packedLower(whitened, Math.SQRT2), a * W.columns);
				u.data.set(multiply(engine, whitened, reduced).data, a * P);
			});
			const [traces, forces] = [gram(engine, W), gram(engine, u)];
			return matrix(
				directions.length,
				directions.length,
				forces.data.map((force, e) => 2 * force - traces.data[e]!),
			);
		},
		predict(scales) {
			const posterior = gaussianProcessPosterior(
				engine,
				combineBlocks([kernelAt(scales)], 1, readoutBiasVariance),
				targets,
				noiseVariance,
				{ covariance },
			);
			const { trainMean, trainVariance, trainCovariance, testMean, testVariance, testCovariance, validity } =
				posterior;
			return {
				trainMean,
				trainVariance: matrixFromColumn(trainVariance),
				...(trainCovariance && { trainCovariance }),
				...(testMean && { testMean }),
				...(testVariance && { testVariance: matrixFromColumn(testVariance) }),
				...(testCovariance && { testCovariance }),
				validity,
			};
		},
		kernelAt,
	};
}

/** The lower triangle of a symmetric matrix row by row, entries off the diagonal times a factor. */
function packedLower({ rows: n, data }: Matrix, factor: number): Float64Array {
	const packed = new Float64Array((n * (n + 1)) / 2);
	let at = 0;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < i; j++) packed[at++] = factor * data[i * n + j]!;
		packed[at++] = data[i * n + i]!;
	}
	return packed;
}

function unpackedLower(packed: Float64Array, n: number): Matrix {
	const result = matrix(n, n);
	let at = 0;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) result.data[i * n + j] = result.data[j * n + i] = packed[at++]!;
	}
	return result;
}
