/** Gaussian-process prediction with a kernel that need not be one: what a first order gives may be indefinite. */
import {
	choleskyFactor,
	diagonal,
	dot,
	type Engine,
	type Matrix,
	matrix,
	matrixRow,
	multiply,
	plus,
	plusDiagonal,
	smallestEigenvalue,
	symmetricEigen,
	transposed,
} from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { type GaussianProcessPosterior, gaussianProcessPosterior } from "../gaussian-process.ts";
import type { PosteriorMoments } from "../predictions.ts";

export type Prediction = PosteriorMoments &
	Pick<GaussianProcessPosterior, "discrepancy"> & { readonly validity: readonly ValidityNote[] };

/**
 * f* = K_*. R Y and Var f* = K_** - K_*. R K_.*, R = (K + kappa I)^-1: section "Prediction" of docs/theories/map-kernels.md.
 * Where K is indefinite the formulas still have a value, which no Gaussian process has: a note says so.
 *
 * @param kernel with `test.covariance` when the covariance of the test points is wanted
 */
export function predictWithKernel(
	engine: Engine,
	kernel: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
	covariance: boolean,
): Prediction {
	const note = indefiniteNote(engine, kernel.train);
	const noisy = plusDiagonal(kernel.train, noiseVariance);
	if (!note || choleskyFactor(engine, noisy).positiveDefinite) {
		const posterior = gaussianProcessPosterior(engine, kernel, targets, noiseVariance, { covariance });
		return { ...posterior, validity: [...(note ? [note] : []), ...posterior.validity] };
	}
	const inverse = symmetricInverse(engine, noisy);
	const discrepancy = multiply(engine, inverse, targets);
	const trainCovariance = reduced(engine, kernel.train, kernel.train, inverse);
	const { test } = kernel;
	const weights = test && multiply(engine, test.cross, inverse);
	return {
		trainMean: multiply(engine, kernel.train, discrepancy),
		trainVariance: diagonal(trainCovariance),
		...(covariance && { trainCovariance }),
		discrepancy,
		...(test && {
			testMean: multiply(engine, test.cross, discrepancy),
			testVariance: test.diagonal.map((k, s) => k - dot(matrixRow(weights!, s), matrixRow(test.cross, s))),
			...(covariance &&
				test.covariance && { testCovariance: reduced(engine, test.covariance, test.cross, inverse) }),
		}),
		validity: [note],
	};
}

/** `indefiniteKernel`: an eigenvalue below what rounding explains. */
function indefiniteNote(engine: Engine, kernel: Matrix): ValidityNote | undefined {
	if (choleskyFactor(engine, kernel).positiveDefinite) return undefined;
	const smallest = smallestEigenvalue(engine, kernel);
	const largest = diagonal(kernel).reduce((most, x) => Math.max(most, x), 0);
	if (smallest >= -(kernel.rows ** 2) * Number.EPSILON * largest) return undefined;
	return {
		name: "indefiniteKernel",
		value: smallest,
		message: `first order is outside its range here: the corrected kernel has eigenvalue ${smallest.toPrecision(3)}; use order saddle or theory multi-scale`,
	};
}

/** A^-1 of a symmetric indefinite matrix, from its eigenvectors. */
function symmetricInverse(engine: Engine, a: Matrix): Matrix {
	const { values, vectors } = symmetricEigen(engine, a);
	const scaled = matrix(
		a.rows,
		a.rows,
		vectors.data.map((v, k) => v / values[k % a.rows]!),
	);
	return multiply(engine, scaled, vectors, { transposeB: true });
}

/** C - A R A^T, exactly symmetric. */
function reduced(engine: Engine, c: Matrix, a: Matrix, inverse: Matrix): Matrix {
	const removed = multiply(engine, multiply(engine, a, inverse), a, { transposeB: true });
	const sum = plus(removed, transposed(removed));
	return matrix(
		c.rows,
		c.rows,
		c.data.map((x, k) => x - 0.5 * sum.data[k]!),
	);
}
