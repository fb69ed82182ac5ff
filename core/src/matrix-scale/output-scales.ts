/** Scales over D outputs: the prior covariance of the targets is Q (x) K, in the basis where K, Q and the noise are diagonal. */
import {
	diagonal,
	type Engine,
	identity,
	type Matrix,
	matrix,
	multiply,
	symmetricEigen,
	transposed,
} from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { negativeVariances } from "../theories/gaussian-process.ts";
import { diagonalizeModes, type Modes } from "../theories/kernel-rescaling/modes.ts";
import type { EnergySlope, MatrixScale, ScalePrediction } from "./matrix-scale.ts";

/** A matrix of scales over outputs. */
export interface OutputScales extends MatrixScale {
	readonly modes: Modes;
	/** P x D: the targets in the coordinates of the modes. */
	readonly projected: Matrix;
}

/** Q in its eigenbasis with what follows from it: B_k = noise_k I + signal_k Q has the eigenvalues b_kj in the basis of Q. */
interface Rotated {
	/** q_j, ascending. */
	readonly values: Float64Array;
	/** Eigenvectors of Q in columns. */
	readonly vectors: Matrix;
	/** P x D: b_kj = noise_k + signal_k q_j. */
	readonly variances: Float64Array;
	/** P x D: the targets in the coordinates of the modes and of Q. */
	readonly targets: Float64Array;
}

/**
 * One dense hidden layer with D outputs, equations (13)-(15) of docs/theories/kernel-rescaling.md: f ~ N(0, Q (x) K) plus a
 * readout bias of variance s_b^2 in each output. K and the noise are diagonalized once; afterwards every B_k commutes with Q, so
 * that an evaluation costs O(D^3 + P D^2), a curvature along m directions O(P D^3 + m D^3 + m^2 D^2).
 *
 * @param kernel K without the readout bias
 * @param targets P x D
 * @throws InputError when noiseVariance is 0 and K is singular
 */
export function outputScales(
	engine: Engine,
	kernel: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
	readoutBiasVariance: number,
): OutputScales {
	const { train, test } = kernel;
	const [P, D] = [targets.rows, targets.columns];
	const modes = diagonalizeModes(engine, train, noiseVariance, readoutBiasVariance);
	const { signal, noise, logDeterminantShift } = modes;
	const projected = modes.projectColumns(targets);
	// The modes T of the points, T A T^T diagonal: row i of `points` is T e_i, of `shared` the covariance of the bias with them.
	const points = transposed(modes.projectColumns(identity(P)));
	const bias = modes.project(new Float64Array(P).fill(readoutBiasVariance));
	const trainCross =
		readoutBiasVariance === 0
			? matrix(
					P,
					P,
					points.data.map((t, e) => t * signal[e % P]!),
				)
			: transposed(modes.projectColumns(train));
	const testCross = test && transposed(modes.projectColumns(transposed(test.cross)));

	const rotate = (scales: Matrix): Rotated => {
		const { values, vectors } = symmetricEigen(engine, scales);
		const variances = new Float64Array(P * D);
		for (let k = 0; k < P; k++) {
			for (let j = 0; j < D; j++) variances[k * D + j] = noise[k]! + signal[k]! * values[j]!;
		}
		return { values, vectors, variances, targets: multiply(engine, projected, vectors).data };
	};

	const energyOf = ({ variances, targets }: Rotated): number => {
		let sum = D * logDeterminantShift;
		for (let e = 0; e < variances.length; e++) {
			const b = variances[e]!;
			if (!(b > 0)) return Number.POSITIVE_INFINITY;
			sum += Math.log(b) + targets[e]! ** 2 / b;
		}
		return sum;
	};

	/** z_k = B_k^-1 yt_k in the basis of Q. */
	const forces = ({ variances, targets }: Rotated) => targets.map((y, e) => y / variances[e]!);

	const slope = (scales: Matrix): EnergySlope | undefined => {
		const rotated = rotate(scales);
		const energy = energyOf(rotated);
		if (energy === Number.POSITIVE_INFINITY) return undefined;
		const { variances, vectors } = rotated;
		const z = forces(rotated);
		const [spread, pull] = [matrix(D, D), matrix(D, D)];
		for (let k = 0; k < P; k++) {
			const l = signal[k]!;
			for (let i = 0; i < D; i++) {
				spread.data[i * D + i]! += l / variances[k * D + i]!;
				for (let j = 0; j < D; j++) pull.data[i * D + j]! += l * z[k * D + i]! * z[k * D + j]!;
			}
		}
		return { energy, spread: conjugated(engine, vectors, spread), pull: conjugated(engine, vectors, pull) };
	};

	/** With Z in the basis of Q: d2E = sum_ij Z_ij Y_ij, Y_ij = -M_ij Z'_ij + 2 sum_m T_imj Z'_mj. */
	const curvature = (scales: Matrix, directions: readonly Matrix[]): Matrix => {
		const rotated = rotate(scales);
		const { variances, vectors } = rotated;
		const z = forces(rotated);
		const M = new Float64Array(D * D);
		const T = new Float64Array(D * D * D);
		for (let k = 0; k < P; k++) {
			const l2 = signal[k]! ** 2;
			for (let j = 0; j < D; j++) {
				const weight = l2 / variances[k * D + j]!;
				for (let i = 0; i < D; i++) {
					M[i * D + j]! += weight / variances[k * D + i]!;
					const zi = weight * z[k * D + i]!;
					for (let m = 0; m < D; m++) T[(i * D + m) * D + j]! += zi * z[k * D + m]!;
				}
			}
		}
		const Z = matrix(directions.length, D * D);
		const Y = matrix(directions.length, D * D);
		directions.forEach((direction, a) => {
			const turned = multiply(
				engine,
				multiply(engine, vectors, direction, { transposeA: true }),
				vectors,
			).data;
			Z.data.set(turned, a * D * D);
			for (let i = 0; i < D; i++) {
				for (let j = 0; j < D; j++) {
					let sum = -M[i * D + j]! * turned[i * D + j]!;
					for (let m = 0; m < D; m++) sum += 2 * T[(i * D + m) * D + j]! * turned[m * D + j]!;
					Y.data[a * D * D + i * D + j] = sum;
				}
			}
		});
		return multiply(engine, Z, Y, { transposeB: true });
	};

	/** Equation (15), or with points at hand the same without cancellation: covariance kappa sum_k t_ik B_k^-1 (c_ik Q + j_k). */
	const predict = (scales: Matrix): ScalePrediction => {
		const rotated = rotate(scales);
		const { values, vectors, variances } = rotated;
		const z = forces(rotated);
		const meanOf = (cross: Matrix) => {
			const mean = matrix(cross.rows, D);
			for (let i = 0; i < cross.rows; i++) {
				for (let k = 0; k < P; k++) {
					const c = cross.data[i * P + k]!;
					for (let j = 0; j < D; j++) mean.data[i * D + j]! += (c * values[j]! + bias[k]!) * z[k * D + j]!;
				}
			}
			return multiply(engine, mean, vectors, { transposeB: true });
		};
		const trainSpread = matrix(P, D);
		for (let i = 0; i < P; i++) {
			for (let k = 0; k < P; k++) {
				const [t, c] = [noiseVariance * points.data[i * P + k]!, trainCross.data[i * P + k]!];
				for (let j = 0; j < D; j++) {
					trainSpread.data[i * D + j]! += (t * (c * values[j]! + bias[k]!)) / variances[k * D + j]!;
				}
			}
		}
		const trainVariance = diagonals(vectors, trainSpread);
		const prior = (variance: Float64Array) => {
			const spread = matrix(variance.length, D);
			variance.forEach((k, i) => {
				for (let j = 0; j < D; j++) spread.data[i * D + j] = k * values[j]! + readoutBiasVariance;
			});
			return spread;
		};
		const trained = {
			trainMean: meanOf(trainCross),
			trainVariance,
			validity: negativeOutputVariances(
				"training",
				trainVariance,
				diagonals(vectors, prior(diagonal(train))),
			),
		};
		if (!test || !testCross) return trained;
		const testSpread = prior(test.diagonal);
		const testPrior = diagonals(vectors, testSpread);
		for (let i = 0; i < testCross.rows; i++) {
			for (let k = 0; k < P; k++) {
				const c = testCross.data[i * P + k]!;
				for (let j = 0; j < D; j++) {
					testSpread.data[i * D + j]! -= (c * values[j]! + bias[k]!) ** 2 / variances[k * D + j]!;
				}
			}
		}
		const testVariance = diagonals(vectors, testSpread);
		return {
			...trained,
			testMean: meanOf(testCross),
			testVariance,
			testOutputCovariance: covariances(vectors, testSpread),
			validity: [...trained.validity, ...negativeOutputVariances("test", testVariance, testPrior)],
		};
	};

	return {
		size: D,
		targetCount: P * D,
		modes,
		projected,
		energy: (scales) => energyOf(rotate(scales)),
		slope,
		curvature,
		predict,
	};
}

/** V M V^T. */
function conjugated(engine: Engine, vectors: Matrix, m: Matrix): Matrix {
	return multiply(engine, multiply(engine, vectors, m), vectors, { transposeB: true });
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
