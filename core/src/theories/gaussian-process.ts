/** The posterior of a Gaussian process from the blocks of its kernel: shared by every theory that predicts with one. */
import {
	diagonal as diagonalOf,
	dot,
	type Engine,
	load,
	type Matrix,
	matrix,
	multiply,
	scoped,
	transpose,
	unload,
	type View,
	view,
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
	options: { readonly covariance?: boolean } = {},
): GaussianProcessPosterior {
	return scoped(engine, () => {
		const factor = load(engine, factorKernel(engine, kernel.train, noiseVariance));
		return posteriorGivenFactor(engine, factor, kernel, targets, noiseVariance, options);
	});
}

/** `gaussianProcessPosterior` where a Cholesky factor of A is in the engine: its lower triangle is read. */
export function posteriorGivenFactor(
	engine: Engine,
	factor: View,
	{ train, test }: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
	{ covariance = false } = {},
): GaussianProcessPosterior {
	return scoped(engine, () => {
		const loaded = load(engine, targets);
		engine.solveTriangular(factor, loaded, false);
		engine.solveTriangular(factor, loaded, true);
		const weights = unload(loaded);
		const prior = diagonalOf(train);
		const { trainVariance, trainCovariance } = posteriorAtTraining(
			engine,
			train,
			prior,
			factor,
			noiseVariance,
			covariance,
		);
		const fit = {
			trainMean: meanAtTraining(engine, train, prior, targets, weights, noiseVariance),
			trainVariance,
			discrepancy: weights,
			logEvidence:
				-0.5 * dot(targets.data, weights.data) -
				0.5 * targets.columns * (logDeterminantOf(factor) + targets.rows * Math.log(2 * Math.PI)),
			...(trainCovariance && { trainCovariance }),
		};
		const trainNotes = negativeVariances("training", trainVariance, prior);
		if (!test) return { ...fit, validity: trainNotes };
		const cross = load(engine, test.cross);
		const mean = view(engine.allocate(cross.rows * targets.columns), cross.rows, targets.columns);
		engine.gemm(1, cross, loaded, 0, mean);
		// Row s becomes L^-1 k_s.
		engine.solveTriangular(factor, transpose(cross), false);
		const removed = cross.block.data;
		const P = train.rows;
		const testVariance = test.diagonal.map((k, s) => {
			let sum = k;
			for (let i = s * P; i < (s + 1) * P; i++) sum -= removed[i]! ** 2;
			return sum;
		});
		return {
			...fit,
			testMean: unload(mean),
			testVariance,
			...(covariance &&
				test.covariance && {
					testCovariance: symmetric(cross.rows, schurComplement(engine, test.covariance, cross)),
				}),
			validity: [...trainNotes, ...negativeVariances("test", testVariance, test.diagonal)],
		};
	});
}

/** Entry (i, j) of a symmetric matrix. */
type Entry = (i: number, j: number) => number;

function meanAtTraining(
	engine: Engine,
	train: Matrix,
	prior: Float64Array,
	targets: Matrix,
	weights: Matrix,
	noiseVariance: number,
): Matrix {
	if (noiseVariance > largest(prior)) return multiply(engine, train, weights);
	return matrix(
		targets.rows,
		targets.columns,
		targets.data.map((y, i) => y - noiseVariance * weights.data[i]!),
	);
}

/** Row by row one of two forms: kappa I - kappa^2 A^-1 where kappa is below the prior variance, else K - K A^-1 K. */
function posteriorAtTraining(
	engine: Engine,
	train: Matrix,
	prior: Float64Array,
	factor: View,
	noiseVariance: number,
	covariance: boolean,
): Pick<GaussianProcessPosterior, "trainVariance" | "trainCovariance"> {
	const n = train.rows;
	const noisy = (i: number) => noiseVariance > prior[i]!;
	const direct = prior.some((_, i) => noisy(i)) ? directAtTraining(engine, train, factor) : undefined;
	const inverse = prior.some((_, i) => !noisy(i)) ? inverseOf(engine, factor).block.data : undefined;
	const entry: Entry = (i, j) =>
		direct && (noisy(i) || noisy(j))
			? direct(i, j)
			: noiseVariance * ((i === j ? 1 : 0) - noiseVariance * inverse![i * n + j]!);
	const trainVariance = new Float64Array(n);
	for (let i = 0; i < n; i++) trainVariance[i] = entry(i, i);
	return { trainVariance, ...(covariance && { trainCovariance: symmetric(n, entry) }) };
}

/** K - K A^-1 K. */
function directAtTraining(engine: Engine, train: Matrix, factor: View): Entry {
	const whitened = load(engine, train);
	engine.solveTriangular(factor, transpose(whitened), false);
	return schurComplement(engine, train, whitened);
}

/** A^-1. */
function inverseOf(engine: Engine, factor: View): View {
	const n = factor.rows;
	const inverse = view(engine.allocate(n * n), n, n);
	inverse.block.data.set(factor.block.data.subarray(factor.offset, factor.offset + n * n));
	engine.invertFromCholesky(inverse);
	return inverse;
}

/** C - V V^T. */
function schurComplement(engine: Engine, c: Matrix, v: View): Entry {
	const n = c.rows;
	const removed = view(engine.allocate(n * n), n, n);
	engine.syrk(1, v, 0, removed);
	const data = removed.block.data.slice();
	return (i, j) => c.data[i * n + j]! - data[i >= j ? i * n + j : j * n + i]!;
}

function symmetric(n: number, entry: Entry): Matrix {
	const result = matrix(n, n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) result.data[i * n + j] = result.data[j * n + i] = entry(i, j);
	}
	return result;
}

function logDeterminantOf(factor: View): number {
	const { data } = factor.block;
	let sum = 0;
	for (let i = 0; i < factor.rows; i++) sum += Math.log(data[factor.offset + i * (factor.rowStride + 1)]!);
	return 2 * sum;
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

/** `negativeVariances` of every output. @param prior the variance at point i of output d */
export function negativeOutputVariances(
	kind: string,
	{ rows, columns: D, data }: Matrix,
	prior: (i: number, d: number) => number,
): ValidityNote[] {
	if (data.every((variance) => variance >= 0)) return [];
	return Array.from({ length: D }, (_, d) =>
		negativeVariances(
			kind,
			data.filter((__, e) => e % D === d),
			Float64Array.from({ length: rows }, (__, i) => prior(i, d)),
		),
	).flat();
}
