/** A matrix of scales over outputs in its eigenbasis, in which everything that depends on it is diagonal. */
import { type Engine, EngineError, type Matrix, matrix, view } from "@finitude/engine";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";

/** Q = V diag(q) V^T with what follows from it: B_k = noise_k I + signal_k Q has the eigenvalues b_kj in the basis of Q. */
export interface RotatedScales {
	/** Q. */
	readonly scales: Matrix;
	/** q_j, ascending. */
	readonly values: Float64Array;
	/** V: eigenvectors of Q in columns. */
	readonly vectors: Matrix;
	/** P x D: b_kj = noise_k + signal_k q_j. */
	readonly variances: Float64Array;
	/** P x D: the targets in the coordinates of the modes and of Q. */
	readonly targets: Float64Array;
}

/**
 * What is returned is overwritten by the next call. Negative eigenvalues that are within the rounding of the largest are 0: those
 * of a singular Q >= 0.
 *
 * @param projected P x D: the targets in the coordinates of the modes
 */
export function scaleRotation(
	engine: Engine,
	{ signal, noise }: Modes,
	projected: Matrix,
): (scales: Matrix) => RotatedScales {
	const [P, D] = [projected.rows, projected.columns];
	const y = projected.data;
	const axes = view(engine.allocate(D * D), D, D);
	const eigenvalues = engine.allocate(D);
	const values = new Float64Array(D);
	const vectors = matrix(D, D);
	const variances = new Float64Array(P * D);
	const targets = new Float64Array(P * D);
	return (scales) => {
		axes.block.data.set(scales.data);
		if (!engine.eigh(axes, eigenvalues)) throw new EngineError("eigh: a matrix of scales is not finite.");
		const V = vectors.data;
		V.set(axes.block.data);
		values.set(eigenvalues.data);
		const rounding = D * Number.EPSILON * values[D - 1]!;
		for (let j = 0; j < D; j++) if (values[j]! < 0 && values[j]! >= -rounding) values[j] = 0;
		targets.fill(0);
		for (let k = 0; k < P; k++) {
			for (let j = 0; j < D; j++) variances[k * D + j] = noise[k]! + signal[k]! * values[j]!;
			for (let d = 0; d < D; d++) {
				for (let j = 0; j < D; j++) targets[k * D + j]! += y[k * D + d]! * V[d * D + j]!;
			}
		}
		return { scales, values, vectors, variances, targets };
	};
}

/** V M V^T for a symmetric M, exactly symmetric. */
export function conjugated({ rows: D, data: V }: Matrix, M: Float64Array): Matrix {
	const half = new Float64Array(D * D);
	for (let i = 0; i < D; i++) {
		for (let c = 0; c < D; c++) {
			for (let d = 0; d < D; d++) half[i * D + d]! += V[i * D + c]! * M[c * D + d]!;
		}
	}
	const result = matrix(D, D);
	for (let i = 0; i < D; i++) {
		for (let j = 0; j <= i; j++) {
			let sum = 0;
			for (let d = 0; d < D; d++) sum += half[i * D + d]! * V[j * D + d]!;
			result.data[i * D + j] = result.data[j * D + i] = sum;
		}
	}
	return result;
}

/** Row i: V times row i, from the basis of Q to the outputs. */
export function toOutputs({ rows: D, data: V }: Matrix, rows: Float64Array): Matrix {
	const result = matrix(rows.length / D, D);
	for (let row = 0; row < rows.length; row += D) {
		for (let d = 0; d < D; d++) {
			for (let j = 0; j < D; j++) result.data[row + d]! += V[d * D + j]! * rows[row + j]!;
		}
	}
	return result;
}

/** Row i: the diagonal of V diag(spread_i) V^T. */
export function outputVariances({ rows: D, data: V }: Matrix, spread: Float64Array): Matrix {
	const result = matrix(spread.length / D, D);
	for (let row = 0; row < spread.length; row += D) {
		for (let d = 0; d < D; d++) {
			for (let j = 0; j < D; j++) result.data[row + d]! += V[d * D + j]! ** 2 * spread[row + j]!;
		}
	}
	return result;
}

/** Row i: V diag(spread_i) V^T, exactly symmetric. */
export function outputCovariances({ rows: D, data: V }: Matrix, spread: Float64Array): Matrix {
	const n = spread.length / D;
	const result = matrix(n, D * D);
	for (let i = 0; i < n; i++) {
		for (let d = 0; d < D; d++) {
			for (let e = 0; e <= d; e++) {
				let sum = 0;
				for (let j = 0; j < D; j++) sum += V[d * D + j]! * V[e * D + j]! * spread[i * D + j]!;
				result.data[i * D * D + d * D + e] = result.data[i * D * D + e * D + d] = sum;
			}
		}
	}
	return result;
}
