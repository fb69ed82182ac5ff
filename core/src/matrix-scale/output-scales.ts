/** Scales over D outputs: the prior covariance of the targets is Q (x) K, in the basis where K, Q and the noise are diagonal. */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import { logProduct } from "../scale-mixture/scale-likelihood.ts";
import { diagonalizeModes, type Modes } from "../theories/kernel-rescaling/modes.ts";
import { type ActionTerms, COMPLETE } from "../theories/kernel-rescaling/scalar-action.ts";
import type { EnergySlope, MatrixScale } from "./matrix-scale.ts";
import { outputPredictor } from "./output-prediction.ts";
import { conjugated, type RotatedScales, scaleRotation } from "./rotated-scales.ts";

/** A matrix of scales over outputs. */
export interface OutputScales extends MatrixScale {
	readonly modes: Modes;
	/** P x D: the targets in the coordinates of the modes. */
	readonly projected: Matrix;
}

/**
 * One dense hidden layer with D outputs, equations (13)-(15) of docs/theories/kernel-rescaling.md: f ~ N(0, Q (x) K) plus a
 * readout bias of variance s_b^2 in each output. K and the noise are diagonalized once; afterwards every B_k commutes with Q, so
 * that an evaluation costs O(D^3 + P D^2), a curvature along m directions O(P D^3 + m D^3 + m^2 D^2). Call within `scoped`: the
 * work space in the engine lives as long as the model.
 *
 * @param kernel K without the readout bias
 * @param targets P x D
 * @param terms without the log determinant E is the quadratic form alone
 * @throws InputError when noiseVariance is 0 and K is singular
 */
export function outputScales(
	engine: Engine,
	kernel: KernelBlocks,
	targets: Matrix,
	noiseVariance: number,
	readoutBiasVariance: number,
	{ logDeterminant }: ActionTerms = COMPLETE,
): OutputScales {
	const [P, D] = [targets.rows, targets.columns];
	const modes = diagonalizeModes(engine, kernel.train, noiseVariance, readoutBiasVariance);
	const { signal, logDeterminantShift } = modes;
	const projected = modes.projectColumns(targets);
	const rotate = scaleRotation(engine, modes, projected);
	const predict = outputPredictor(engine, kernel, modes, D, noiseVariance, readoutBiasVariance);

	const energyOf = ({ variances, targets }: RotatedScales): number => {
		const logs = logProduct(Math.log);
		let fit = 0;
		for (let e = 0; e < variances.length; e++) {
			const b = variances[e]!;
			if (!(b > 0)) return Number.POSITIVE_INFINITY;
			if (logDeterminant) logs.multiply(b);
			fit += targets[e]! ** 2 / b;
		}
		return (logDeterminant ? D * logDeterminantShift + logs.value() : 0) + fit;
	};

	const slope = (scales: Matrix): EnergySlope | undefined => {
		const rotated = rotate(scales);
		const energy = energyOf(rotated);
		if (energy === Number.POSITIVE_INFINITY) return undefined;
		const { variances, targets, vectors } = rotated;
		const [spread, pull] = [new Float64Array(D * D), new Float64Array(D * D)];
		for (let k = 0; k < P; k++) {
			const l = signal[k]!;
			for (let i = 0; i < D; i++) {
				if (logDeterminant) spread[i * (D + 1)]! += l / variances[k * D + i]!;
				const force = (l * targets[k * D + i]!) / variances[k * D + i]!;
				for (let j = 0; j < D; j++) pull[i * D + j]! += (force * targets[k * D + j]!) / variances[k * D + j]!;
			}
		}
		return { energy, spread: conjugated(vectors, spread), pull: conjugated(vectors, pull) };
	};

	/** With Z in the basis of Q: d2E = sum_ij Z_ij Y_ij, Y_ij = -M_ij Z'_ij + 2 sum_m T_imj Z'_mj. */
	const curvature = (scales: Matrix, directions: readonly Matrix[]): Matrix => {
		const { variances, targets, vectors } = rotate(scales);
		const z = targets.map((y, e) => y / variances[e]!);
		const M = new Float64Array(D * D);
		const T = new Float64Array(D * D * D);
		for (let k = 0; k < P; k++) {
			const l2 = signal[k]! ** 2;
			for (let j = 0; j < D; j++) {
				const weight = l2 / variances[k * D + j]!;
				for (let i = 0; i < D; i++) {
					if (logDeterminant) M[i * D + j]! += weight / variances[k * D + i]!;
					const zi = weight * z[k * D + i]!;
					for (let m = 0; m < D; m++) T[(i * D + m) * D + j]! += zi * z[k * D + m]!;
				}
			}
		}
		const Z = matrix(directions.length, D * D);
		const Y = matrix(directions.length, D * D);
		directions.forEach((direction, a) => {
			const turned = multiply(
				engine,
				multiply(engine, vectors, direction, { transposeA: true }),
				vectors,
			).data;
			Z.data.set(turned, a * D * D);
			for (let i = 0; i < D; i++) {
				for (let j = 0; j < D; j++) {
					let sum = -M[i * D + j]! * turned[i * D + j]!;
					for (let m = 0; m < D; m++) sum += 2 * T[(i * D + m) * D + j]! * turned[m * D + j]!;
					Y.data[a * D * D + i * D + j] = sum;
				}
			}
		});
		return multiply(engine, Z, Y, { transposeB: true });
	};

	return {
		size: D,
		targetCount: P * D,
		modes,
		projected,
		energy: (scales) => energyOf(rotate(scales)),
		slope,
		curvature,
		predict: (scales) => predict(rotate(scales)),
	};
}
