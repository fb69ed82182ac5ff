/** What the output kernel Q asks of the neurons, and the free energy: equations (1) and (4) of docs/theories/exact-mean-field.md. */
import { dot, type Engine, type Matrix, matrix, multiply, plusDiagonal, transposed } from "@finitude/engine";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { type OutputForce, outputEnergy, outputForce } from "../output-force.ts";

/** The network and the data as the saddle equations see them. */
export interface SaddleProblem {
	/** N. */
	readonly width: number;
	/** c = s_a^2 / chi. */
	readonly readoutVariance: number;
	/** s_b^2 of the readout. */
	readonly readoutBiasVariance: number;
	/** Y, P x D. */
	readonly targets: Matrix;
	/** kappa. */
	readonly noiseVariance: number;
}

/** The saddle equations' view of a problem with one hidden layer. */
export function saddleProblem({ network, trainTargets, noiseVariance }: Problem): SaddleProblem {
	return {
		width: layerWidth(network.layers[0]!),
		readoutVariance: network.readout.weightVariance / chi(network),
		readoutBiasVariance: network.readout.biasVariance,
		targets: trainTargets,
		noiseVariance,
	};
}

/** What follows from Q alone: `factor` and `precision` are those of Q + s_b^2 + kappa I. */
export interface Force extends OutputForce {
	/** A = (c/N)(t t^T - R), D outputs (c/N)(sum t t^T - D R): the neurons' density is the prior times exp(phi^T A phi / 2). */
	readonly dual: Matrix;
}

/** Equation (1). @param kernel Q, P x P, without the readout bias. @returns undefined where Q + kappa I is not positive definite */
export function forceOf(
	engine: Engine,
	{ width, readoutVariance, readoutBiasVariance, targets, noiseVariance }: SaddleProblem,
	kernel: Matrix,
): Force | undefined {
	const P = kernel.rows;
	const biased = matrix(
		P,
		P,
		kernel.data.map((x) => x + readoutBiasVariance),
	);
	const force = outputForce(engine, plusDiagonal(biased, noiseVariance), targets);
	if (force === undefined) return undefined;
	const scale = (2 * readoutVariance) / width;
	const dual = matrix(
		P,
		P,
		force.conjugate.data.map((x) => scale * x),
	);
	return { ...force, dual };
}

/**
 * S''[U] = (-D R U R + sum [R U t t^T + t t^T U R]) / 2 of the output part of the free energy, for a symmetric U, summed over
 * the D outputs. The change of A with Q is -(2 c/N) S''[dQ].
 */
export function outputCurvature(engine: Engine, { precision, discrepancy }: Force, change: Matrix): Matrix {
	const P = change.rows;
	const left = multiply(engine, precision, change);
	const both = multiply(engine, left, precision);
	const pulled = multiply(engine, multiply(engine, left, discrepancy), discrepancy, { transposeB: true });
	const back = transposed(pulled);
	const D = discrepancy.columns;
	const result = matrix(P, P);
	for (let a = 0; a < P; a++) {
		for (let b = 0; b <= a; b++) {
			const at = a * P + b;
			const pull = pulled.data[at]! + back.data[at]!;
			const value = 0.5 * (pull - 0.5 * D * (both.data[at]! + both.data[b * P + a]!));
			result.data[at] = result.data[b * P + a] = value;
		}
	}
	return result;
}

/** Equation (4). @param logNormalizer log Z_1 */
export function freeEnergy(
	{ width, readoutVariance, targets }: SaddleProblem,
	kernel: Matrix,
	force: Force,
	logNormalizer: number,
): number {
	// For a wide network both terms are small differences: N is multiplied last.
	const neurons = dot(force.dual.data, kernel.data) / (2 * readoutVariance) - logNormalizer;
	return outputEnergy(force, targets) + width * neurons;
}
