/** The basis in which the kernel and the noise are both diagonal: after it, every evaluation costs O(P). */
import {
	choleskyFactor,
	type Engine,
	logDeterminant,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	solveLower,
	symmetricEigen,
	transposed,
} from "@finitude/engine";
import { InputError } from "../../errors.ts";

/**
 * With K the kernel that is rescaled and B = kappa I + s_b^2 1 1^T the noise with the readout bias, A = Q K + B has the
 * diagonal entries a_k = noise_k + Q signal_k in these coordinates.
 */
export interface Modes {
	/** l_k >= 0, ascending: eigenvalues of K, or of K in units of B, or 1 in units of K. */
	readonly signal: Float64Array;
	readonly noise: Float64Array;
	/** log det A - sum_k log a_k, independent of Q. */
	readonly logDeterminantShift: number;
	/** A vector over the training points in these coordinates: x^T A^-1 z = sum_k x_k z_k / a_k. */
	project(x: Float64Array): Float64Array;
	/** `project` of every column of a matrix of P rows. */
	projectColumns(x: Matrix): Matrix;
	/** E, P x P, with A^-1 = E diag(1/a) E^T: `project` is multiplication with E^T. */
	dualBasis(): Matrix;
	/** The orthogonal basis (eigenvectors in columns), where there is no readout bias: E itself. */
	readonly eigenvectors?: Matrix;
	/** Smallest eigenvalue of K itself, as computed (rounding may have made it negative). */
	readonly smallestEigenvalue: number;
	/** How many eigenvalues of K rounding hides: they are used as 0. */
	readonly hiddenEigenvalues: number;
}

/**
 * @param kernel K, P x P, without the readout bias
 * @param kernelName how messages name it
 * @throws InputError when noiseVariance is 0 and K is singular
 */
export function diagonalizeModes(
	engine: Engine,
	kernel: Matrix,
	noiseVariance: number,
	readoutBiasVariance: number,
	kernelName?: string,
): Modes {
	const { values, vectors } = symmetricEigen(engine, kernel);
	const smallestEigenvalue = values[0]!;
	const hiddenEigenvalues = withoutRounding(values).filter((l) => l === 0).length;
	if (noiseVariance === 0) requireFullRank(values, kernelName);
	if (readoutBiasVariance === 0) {
		const projectColumns = (x: Matrix) => multiply(engine, vectors, x, { transposeA: true });
		return {
			signal: withoutRounding(values),
			noise: new Float64Array(values.length).fill(noiseVariance),
			logDeterminantShift: 0,
			project: (x) => projectColumns(matrixFromColumn(x)).data,
			projectColumns,
			dualBasis: () => vectors,
			eigenvectors: vectors,
			smallestEigenvalue,
			hiddenEigenvalues,
		};
	}
	const n = kernel.rows;
	const noise = matrix(n, n, new Float64Array(n * n).fill(readoutBiasVariance));
	for (let i = 0; i < n; i++) noise.data[i * n + i]! += noiseVariance;
	// Whichever of the two is positive definite becomes the unit.
	const [unit, other] = noiseVariance > 0 ? [noise, kernel] : [kernel, noise];
	const whitened = whiten(engine, unit, other);
	const ones = new Float64Array(n).fill(1);
	// Without noise the bias alone is left, of rank one: the other modes have none, whatever rounding says.
	const biasAlone = whitened.values.map((l, k) => (k === n - 1 ? l : 0));
	const [signal, noiseOfModes] = noiseVariance > 0 ? [whitened.values, ones] : [ones, biasAlone];
	return {
		signal,
		noise: noiseOfModes,
		logDeterminantShift: whitened.logDeterminant,
		project: (x) => whitened.projectColumns(matrixFromColumn(x)).data,
		projectColumns: whitened.projectColumns,
		dualBasis: whitened.dualBasis,
		smallestEigenvalue,
		hiddenEigenvalues,
	};
}

/** Eigenvalues of F^-1 other F^-T with unit = F F^T, those that rounding hides set to 0. */
function whiten(engine: Engine, unit: Matrix, other: Matrix) {
	const result = choleskyFactor(engine, unit);
	if (!result.positiveDefinite) {
		throw new InputError({
			where: "noiseVariance",
			wanted: "a noise that is not lost in the rounding of the readout bias or of the kernel",
			got: "a matrix that is not positive definite in float64",
			advice: "Give a larger noiseVariance.",
		});
	}
	const { factor } = result;
	const half = transposed(solveLower(engine, factor, other));
	const { values, vectors } = symmetricEigen(engine, solveLower(engine, factor, half));
	return {
		values: withoutRounding(values),
		logDeterminant: logDeterminant(factor),
		projectColumns: (x: Matrix) =>
			multiply(engine, vectors, solveLower(engine, factor, x), { transposeA: true }),
		dualBasis: () => solveLower(engine, factor, vectors, { transposed: true }),
	};
}

/**
 * Eigenvalues are known to about P rounding units of the largest; what is below is 0 for all that can be said, and kept it
 * would count in y_k^2 l_k / kappa^2, which small noise makes large.
 *
 * @param values eigenvalues of a positive semi-definite matrix, ascending
 */
function withoutRounding(values: Float64Array): Float64Array {
	const resolution = values.length * Number.EPSILON * values[values.length - 1]!;
	return values.map((l) => (l > resolution ? l : 0));
}

/**
 * @param values eigenvalues, ascending
 * @throws InputError when some are zero up to rounding
 */
export function requireFullRank(values: Float64Array, kernelName = "the prior kernel"): void {
	const P = values.length;
	const rank = withoutRounding(values).filter((l) => l > 0).length;
	if (rank === P) return;
	throw new InputError({
		where: "noiseVariance",
		wanted: "a positive number, or a kernel of full rank",
		got: `0 and rank ${rank}`,
		sentence: `noiseVariance is 0 and ${kernelName} has rank ${rank} < P = ${P}: the zero-noise formulas need full rank; give a positive noiseVariance.`,
	});
}
