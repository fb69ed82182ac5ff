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
import { factorKernel } from "./kernel-factor.ts";

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
	return cholesky.positiveDefinite ? forceOfFactor(engine, cholesky.factor, targets) : undefined;
}

/**
 * Ct of a kernel that has to be one.
 *
 * @param kernel K, P x P
 * @param targets Y, P x D
 * @throws InputError when K + kappa I is not positive definite
 */
export function outputConjugate(
	engine: Engine,
	kernel: Matrix,
	targets: Matrix,
	noiseVariance: number,
): Matrix {
	return forceOfFactor(engine, factorKernel(engine, kernel, noiseVariance), targets).conjugate;
}

function forceOfFactor(engine: Engine, factor: Matrix, targets: Matrix): OutputForce {
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
