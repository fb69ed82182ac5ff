/** What an output kernel asks of the layer below it: the end of the backward equations, for any number of outputs. */
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
} from "@finitude/engine";

/** What follows from K + noise and the targets alone. */
export interface OutputForce {
	/** Lower Cholesky factor of K + noise. */
	readonly factor: Matrix;
	/** R, its inverse. */
	readonly precision: Matrix;
	/** Delta = R Y, P x D. */
	readonly discrepancy: Matrix;
	/** Ct = (Delta Delta^T - D R)/2, P x P: the derivative of the log likelihood of the targets with respect to K. */
	readonly conjugate: Matrix;
}

/**
 * The derivative of log N(Y; 0, K + noise) with respect to the kernel, summed over the D outputs.
 *
 * @param noisyKernel K + noise, P x P
 * @param targets Y, P x D
 * @returns undefined where K + noise is not positive definite
 */
export function outputForce(engine: Engine, noisyKernel: Matrix, targets: Matrix): OutputForce | undefined {
	const cholesky = choleskyFactor(engine, noisyKernel);
	if (!cholesky.positiveDefinite) return undefined;
	const { factor } = cholesky;
	const precision = choleskyInverse(engine, factor);
	const discrepancy = choleskySolve(engine, factor, targets);
	const outer = gram(engine, discrepancy);
	const D = targets.columns;
	const conjugate = matrix(
		outer.rows,
		outer.rows,
		outer.data.map((x, k) => 0.5 * (x - D * precision.data[k]!)),
	);
	return { factor, precision, discrepancy, conjugate };
}

/** -log N(Y; 0, K + noise). @param targets Y, P x D */
export function outputEnergy({ factor, discrepancy }: OutputForce, targets: Matrix): number {
	const normalization = logDeterminant(factor) + targets.rows * Math.log(2 * Math.PI);
	return 0.5 * (dot(targets.data, discrepancy.data) + targets.columns * normalization);
}
