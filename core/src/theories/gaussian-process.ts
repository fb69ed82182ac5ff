/** The posterior of a Gaussian process from the blocks of its kernel: shared by every theory that predicts with one. */
import {
	choleskyInverse,
	choleskySolve,
	diagonal as diagonalOf,
	dot,
	type Engine,
	gram,
	logDeterminant,
	type Matrix,
	matrix,
	multiply,
	solveLower,
	transposed,
} from "@finitude/engine";
import type { ValidityNote } from "../answer/answer.ts";
import { largest } from "../kernels/gaussian-pairs.ts";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { factorKernel } from "./kernel-factor.ts";

export interface GaussianProcessPosterior {
	/** P x D. */
	readonly trainMean: Matrix;
	/** P: the same for every output. */
	readonly trainVariance: Float64Array;
	readonly trainCovariance?: Matrix;
	/** P* x D. */
	readonly testMean?: Matrix;
	readonly testVariance?: Float64Array;
	readonly testCovariance?: Matrix;
	/** t = (K + kappa I)^-1 y, P x D: (y - mean)/kappa. */
	readonly discrepancy: Matrix;
	/** Summed over the outputs. */
	readonly logEvidence: number;
	/** Variances that rounding made negative. */
	readonly validity: readonly ValidityNote[];
}

/**
 * Equations (9) and (10) of docs/theories/nngp.md: with A = K + kappa I and g = A^-1 y,
 * mean = K_* g, covariance = K_** - K_* A^-1 K_*^T, log evidence = -y.g/2 - log det A / 2 - (P/2) log 2 pi for each output.
 *
 * At the training points there is a second form, mean = y - kappa g and covariance = kappa I - kappa^2 A^-1. Each quantity is
 * computed in the form whose subtraction cancels less: the second one where kappa is below the prior variance.
 *
 * @param kernel with `test.covariance` when the covariance of the test points is wanted
 * @param targets P x D
 * @param noiseVariance kappa >= 0; 0 asks for a positive definite kernel
 * @throws InputError when K + kappa I is not numerically positive definite
 */
export function gaussianProcessPosterior(
	engine: Engine,
	kernel: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
	{ covariance = false } = {},
): GaussianProcessPosterior {
	const { train, test } = kernel;
	const factor = factorKernel(engine, train, noiseVariance);
	const weights = choleskySolve(engine, factor, targets);
	const logEvidence =
		-0.5 * dot(targets.data, weights.data) -
		0.5 * targets.columns * (logDeterminant(factor) + targets.rows * Math.log(2 * Math.PI));
	const trainCovariance = posteriorAtTraining(engine, train, factor, noiseVariance);
	const trainVariance = diagonalOf(trainCovariance);
	const fit = {
		trainMean: meanAtTraining(engine, train, targets, weights, noiseVariance),
		trainVariance,
		discrepancy: weights,
		logEvidence,
		...(covariance && { trainCovariance }),
	};
	const trainNotes = negativeVariances("training", trainVariance, diagonalOf(train));
	if (!test) return { ...fit, validity: trainNotes };
	const reduced = solveLower(engine, factor, transposed(test.cross));
	const testVariance = test.diagonal.slice();
	for (let i = 0; i < reduced.rows; i++) {
		for (let s = 0; s < testVariance.length; s++)
			testVariance[s]! -= reduced.data[i * reduced.columns + s]! ** 2;
	}
	return {
		...fit,
		testMean: multiply(engine, test.cross, weights),
		testVariance,
		...(covariance &&
			test.covariance && { testCovariance: schurComplement(engine, test.covariance, reduced) }),
		validity: [...trainNotes, ...negativeVariances("test", testVariance, test.diagonal)],
	};
}

function meanAtTraining(
	engine: Engine,
	train: Matrix,
	targets: Matrix,
	weights: Matrix,
	noiseVariance: number,
): Matrix {
	const scale = largest(diagonalOf(train));
	if (noiseVariance > scale) return multiply(engine, train, weights);
	return matrix(
		targets.rows,
		targets.columns,
		targets.data.map((y, i) => y - noiseVariance * weights.data[i]!),
	);
}

/** P x P. Row by row one of two forms: kappa I - kappa^2 A^-1 where kappa is below the prior variance, else K - K A^-1 K. */
function posteriorAtTraining(engine: Engine, train: Matrix, factor: Matrix, noiseVariance: number): Matrix {
	const n = train.rows;
	const noisy = (i: number) => noiseVariance > train.data[i * n + i]!;
	const rows = Array.from({ length: n }, (_, i) => i);
	const direct = rows.some(noisy)
		? schurComplement(engine, train, solveLower(engine, factor, train))
		: undefined;
	if (rows.every(noisy)) return direct!;
	const result = choleskyInverse(engine, factor);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < n; j++) {
			const k = i * n + j;
			if (noisy(i) || noisy(j)) result.data[k] = direct!.data[k]!;
			else result.data[k] = noiseVariance * ((i === j ? 1 : 0) - noiseVariance * result.data[k]!);
		}
	}
	return result;
}

/** C - V^T V. */
function schurComplement(engine: Engine, c: Matrix, v: Matrix): Matrix {
	const removed = gram(engine, v, { transposeA: true });
	return matrix(
		c.rows,
		c.columns,
		c.data.map((x, i) => x - removed.data[i]!),
	);
}

/** Says how negative, and against which rounding error; the numbers stay as they are. */
export function negativeVariances(
	kind: string,
	variances: Float64Array,
	prior: Float64Array,
): ValidityNote[] {
	let worst = -1;
	variances.forEach((variance, i) => {
		if (variance < 0 && (worst < 0 || variance < variances[worst]!)) worst = i;
	});
	if (worst < 0) return [];
	const value = variances[worst]!;
	const rounding = Number.EPSILON * prior[worst]!;
	return [
		{
			name: "negativeVariance",
			value,
			message: `the variance of ${kind} point ${worst} came out as ${value.toExponential(1)}, ${(-value / rounding).toPrecision(2)} times the rounding unit of its prior variance`,
		},
	];
}
