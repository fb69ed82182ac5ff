/** What the output kernel Q asks of the neurons, and the free energy: equations (1) and (4) of docs/theories/exact-mean-field.md. */
import {
	choleskyFactor,
	choleskyInverse,
	choleskySolve,
	dot,
	type Engine,
	logDeterminant,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
} from "@finitude/engine";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";

/** The network and the data as the saddle equations see them. */
export interface SaddleProblem {
	/** N. */
	readonly width: number;
	/** c = s_a^2 / chi. */
	readonly readoutVariance: number;
	/** s_b^2 of the readout. */
	readonly readoutBiasVariance: number;
	/** y, P numbers. */
	readonly targets: Float64Array;
	/** kappa. */
	readonly noiseVariance: number;
}

/** The saddle equations' view of a problem with one hidden layer and one output. */
export function saddleProblem({ network, trainTargets, noiseVariance }: Problem): SaddleProblem {
	return {
		width: layerWidth(network.layers[0]!),
		readoutVariance: network.readout.weightVariance / chi(network),
		readoutBiasVariance: network.readout.biasVariance,
		targets: trainTargets.data,
		noiseVariance,
	};
}

/** What follows from Q alone. */
export interface Force {
	/** Lower Cholesky factor of Q + s_b^2 + kappa I. */
	readonly factor: Matrix;
	/** R, its inverse. */
	readonly precision: Matrix;
	/** t = R y. */
	readonly discrepancy: Float64Array;
	/** A = (c/N)(t t^T - R): the neurons' density is the prior times exp(phi^T A phi / 2). */
	readonly dual: Matrix;
}

/** Equation (1). @param kernel Q, P x P, without the readout bias. @returns undefined where Q + kappa I is not positive definite */
export function forceOf(
	engine: Engine,
	{ width, readoutVariance, readoutBiasVariance, targets, noiseVariance }: SaddleProblem,
	kernel: Matrix,
): Force | undefined {
	const P = kernel.rows;
	const noisy = matrix(
		P,
		P,
		kernel.data.map((x) => x + readoutBiasVariance),
	);
	for (let a = 0; a < P; a++) noisy.data[a * P + a]! += noiseVariance;
	const cholesky = choleskyFactor(engine, noisy);
	if (!cholesky.positiveDefinite) return undefined;
	const { factor } = cholesky;
	const precision = choleskyInverse(engine, factor);
	const discrepancy = choleskySolve(engine, factor, matrixFromColumn(targets)).data;
	const dual = matrix(P, P);
	for (let a = 0; a < P; a++) {
		for (let b = 0; b < P; b++) {
			const at = a * P + b;
			dual.data[at] = (readoutVariance / width) * (discrepancy[a]! * discrepancy[b]! - precision.data[at]!);
		}
	}
	return { factor, precision, discrepancy, dual };
}

/**
 * S''[U] = (-R U R + R U t t^T + t t^T U R) / 2 of the output part of the free energy, for a symmetric U. The change of A with
 * Q is -(2 c/N) S''[dQ].
 */
export function outputCurvature(engine: Engine, { precision, discrepancy }: Force, change: Matrix): Matrix {
	const P = change.rows;
	const left = multiply(engine, precision, change);
	const both = multiply(engine, left, precision);
	const pulled = multiply(engine, left, matrixFromColumn(discrepancy)).data;
	const result = matrix(P, P);
	for (let a = 0; a < P; a++) {
		for (let b = 0; b <= a; b++) {
			const pull = pulled[a]! * discrepancy[b]! + discrepancy[a]! * pulled[b]!;
			const value = 0.5 * (pull - 0.5 * (both.data[a * P + b]! + both.data[b * P + a]!));
			result.data[a * P + b] = result.data[b * P + a] = value;
		}
	}
	return result;
}

/** Equation (4). @param logNormalizer log Z_1 */
export function freeEnergy(
	{ width, readoutVariance, targets }: SaddleProblem,
	kernel: Matrix,
	{ factor, discrepancy, dual }: Force,
	logNormalizer: number,
): number {
	const output =
		0.5 * (dot(targets, discrepancy) + logDeterminant(factor) + targets.length * Math.log(2 * Math.PI));
	// For a wide network both terms are small differences: N is multiplied last.
	return output + width * (dot(dual.data, kernel.data) / (2 * readoutVariance) - logNormalizer);
}
