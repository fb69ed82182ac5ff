/** Random points, with what is known exactly of the prior put in the place of their estimate of it. */
import { dot, type Matrix, matrix, matrixRow, plus } from "@finitude/engine";
import type { KernelBlocks } from "../../../kernels/kernel-blocks.ts";
import type { TiltedUnit } from "./bounded-cumulant.ts";

/**
 * K - K^, the exact infinite-width kernel minus its estimate by the same points. Half of t . (K - K^) t, added to W, makes the
 * leading order of W exact, and the error of the points enters with the tilt only (a control variate).
 *
 * @returns a block only where both have it
 */
export function priorCorrection(exact: KernelBlocks, estimate: KernelBlocks): KernelBlocks {
	const train = minus(exact.train, estimate.train);
	if (!exact.test || !estimate.test) return { train };
	const cross = minus(exact.test.cross, estimate.test.cross);
	const diagonal = exact.test.diagonal.map((x, b) => x - estimate.test!.diagonal[b]!);
	const [known, estimated] = [exact.test.covariance, estimate.test.covariance];
	return {
		train,
		test: { cross, diagonal, ...(known && estimated && { covariance: minus(known, estimated) }) },
	};
}

/** W and its derivatives at the training points with the correction. */
export function corrected(unit: TiltedUnit, tau: Float64Array, correction: Matrix): TiltedUnit {
	const shift = applied(correction, tau);
	return {
		averages: unit.averages,
		value: unit.value + dot(tau, shift) / 2,
		gradient: unit.gradient.map((x, a) => x + shift[a]!),
		hessian: () => plus(unit.hessian(), correction),
		kernel: () => plus(unit.kernel(), correction),
		contractThird: (factor) => unit.contractThird(factor),
	};
}

/** Two covariances added, block by block. @returns the blocks of the first one */
export function sumOfBlocks(a: KernelBlocks, b: KernelBlocks): KernelBlocks {
	const train = plus(a.train, b.train);
	if (!a.test || !b.test) return { train };
	const [first, second] = [a.test.covariance, b.test.covariance];
	return {
		train,
		test: {
			cross: plus(a.test.cross, b.test.cross),
			diagonal: a.test.diagonal.map((x, k) => x + b.test!.diagonal[k]!),
			...(first && second && { covariance: plus(first, second) }),
		},
	};
}

/** m x. */
export function applied(m: Matrix, x: Float64Array): Float64Array {
	return Float64Array.from({ length: m.rows }, (_, i) => dot(matrixRow(m, i), x));
}

function minus(a: Matrix, b: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, i) => x - b.data[i]!),
	);
}
