import { choleskyInverse, choleskySolve, type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { factorKernel } from "../kernel-factor.ts";

/** What the infinite-width posterior does to vectors over the n = P + P* points (training first). */
export interface PosteriorOperators {
	/** L, P x P: Cholesky factor of K + kappa I. */
	readonly factor: Matrix;
	/** g = Q y, P x D, Q = (K + kappa I)^-1. */
	readonly weights: Matrix;
	/**
	 * The part of psi that acts on training components, n x P: psi_s.x = x_s [test points only] + sum_a projection_sa x_a. Its
	 * rows are kappa Q, which is I - K Q without the cancellation, and -K_* Q.
	 */
	readonly projection: Matrix;
}

/**
 * The operators of (14) in docs/theories/finite-width-correction.md.
 *
 * @param kernel K with the readout bias
 * @throws InputError when K + kappa I is not numerically positive definite
 */
export function posteriorOperators(
	engine: Engine,
	kernel: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
): PosteriorOperators {
	const factor = factorKernel(engine, kernel.train, noiseVariance);
	const inverse = choleskyInverse(engine, factor);
	const P = inverse.rows;
	const cross = kernel.test?.cross;
	const projection = matrix(P + (cross?.rows ?? 0), P);
	projection.data.set(inverse.data.map((q) => noiseVariance * q));
	if (cross) projection.data.set(multiply(engine, cross, inverse, { alpha: -1 }).data, P * P);
	return { factor, weights: choleskySolve(engine, factor, targets), projection };
}

/** psi x for the columns of an n x k matrix. */
export function applyPsi(engine: Engine, { projection }: PosteriorOperators, x: Matrix): Matrix {
	const P = projection.columns;
	const train = matrix(P, x.columns, x.data.slice(0, P * x.columns));
	const result = multiply(engine, projection, train);
	for (let k = P * x.columns; k < x.data.length; k++) result.data[k]! += x.data[k]!;
	return result;
}
