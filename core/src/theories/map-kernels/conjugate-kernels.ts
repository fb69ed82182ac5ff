/** The conjugate kernels: the force of the data on the kernel of each layer. */
import { choleskyInverse, type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import { factorKernel } from "../kernel-factor.ts";
import { backwardResponse } from "./backward-response.ts";
import type { KernelMap } from "./layers.ts";

/**
 * Ct^(L) = 1/2 R Y Y^T R - (D/2) R, R = (K + kappa I)^-1: equation (5) of docs/theories/map-kernels.md, P x P.
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
	const inverse = choleskyInverse(engine, factorKernel(engine, kernel, noiseVariance));
	const dual = multiply(engine, inverse, targets);
	const pull = multiply(engine, dual, dual, { transposeB: true });
	const P = kernel.rows;
	return matrix(
		P,
		P,
		pull.data.map((x, k) => {
			const mirror = (k % P) * P + Math.floor(k / P);
			// Exactly symmetric: the sum of an entry and its mirror image.
			return (
				0.25 * (x + pull.data[mirror]!) - 0.25 * targets.columns * (inverse.data[k]! + inverse.data[mirror]!)
			);
		}),
	);
}

/**
 * Ct^(1), ..., Ct^(L) from Ct^(L) down, each the backward response of the next layer.
 *
 * @param covariances C^(0), ..., C^(L-1), P x P
 */
export function conjugateKernels(
	engine: Engine,
	layers: readonly KernelMap[],
	covariances: readonly Matrix[],
	output: Matrix,
): Matrix[] {
	const conjugates = [output];
	for (let l = layers.length - 1; l > 0; l--) {
		conjugates.unshift(backwardResponse(engine, layers[l]!, covariances[l]!, conjugates[0]!));
	}
	return conjugates;
}
