/** Gaussian models of the targets whose prior covariance is linear in a symmetric matrix of scales. */
import { type Matrix, matrix } from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";

/**
 * Targets y ~ N(0, A(Q)), A(Q) = K[Q] + B: the prior covariance K[Q] is linear in the n x n matrix Q >= 0, B is the noise with
 * the readout bias. Q = I is the infinite-width prior. Two of them: `outputScales` (Q over the outputs) and `patchScales` (Q over
 * the patches of a convolution). Both are made for tens of thousands of Q: they keep their work space in the engine.
 */
export interface MatrixScale {
	/** n: Q is n x n. */
	readonly size: number;
	/** Numbers in y: P D. */
	readonly targetCount: number;
	/** E(Q) = log det A + y^T A^-1 y = -2 log p(y | Q) - P D log 2 pi; Infinity where A is not positive definite. */
	energy(scales: Matrix): number;
	/** E and its gradient; undefined where A is not positive definite. */
	slope(scales: Matrix): EnergySlope | undefined;
	/**
	 * The second derivatives of E along straight lines, d2E[Z_a, Z_b] = -tr(A^-1 K[Z_a] A^-1 K[Z_b]) + 2 b^T K[Z_a] A^-1 K[Z_b] b
	 * with b = A^-1 y, for every two of m symmetric directions: m x m.
	 *
	 * @param scales where A is positive definite
	 */
	curvature(scales: Matrix, directions: readonly Matrix[]): Matrix;
	/**
	 * The posterior of f given Q.
	 *
	 * @throws InputError when A is not positive definite
	 */
	predict(scales: Matrix): ScalePrediction;
}

/** dE/dQ = spread - pull, both symmetric and positive semidefinite: dE = tr((spread - pull) dQ). */
export interface EnergySlope {
	readonly energy: number;
	/** tr(A^-1 K[dQ]) = tr(spread dQ). */
	readonly spread: Matrix;
	/** b^T K[dQ] b = tr(pull dQ). */
	readonly pull: Matrix;
}

/** Means and variances of f given Q, without the noise. */
export interface ScalePrediction {
	/** P x D. */
	readonly trainMean: Matrix;
	readonly trainVariance: Matrix;
	/** P* x D, where there are test points. */
	readonly testMean?: Matrix;
	readonly testVariance?: Matrix;
	/** P* x D^2, for D > 1: row i is the D x D covariance of the outputs at test point i. */
	readonly testOutputCovariance?: Matrix;
	/** P x P and P* x P*, for one output and on request. */
	readonly trainCovariance?: Matrix;
	readonly testCovariance?: Matrix;
	/** Variances that rounding made negative. */
	readonly validity: readonly ValidityNote[];
}

/** Row i of n D^2 numbers: a D x D matrix. */
export function rowsAsMatrices({ rows, columns, data }: Matrix): Matrix[] {
	const D = Math.sqrt(columns);
	return Array.from({ length: rows }, (_, i) => matrix(D, D, data.slice(i * columns, (i + 1) * columns)));
}
