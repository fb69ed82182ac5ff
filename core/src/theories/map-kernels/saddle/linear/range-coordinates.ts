/** The kernels of a linear network in the range of the prior kernel, in units of it. */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen, symmetricPart } from "@finitude/engine";

/** K0 = H H^T on its range: a kernel K of the same range is H K^ H^T. */
export interface RangeCoordinates {
	/** l > 0, r of them, ascending. */
	readonly eigenvalues: Float64Array;
	/** H = U sqrt(l), P x r. */
	readonly factor: Matrix;
	/** H^+ = l^-1/2 U^T, r x P. */
	readonly inverse: Matrix;
}

/** Directions below this fraction of the largest eigenvalue are rounding: the points do not span them. */
const RESOLUTION = 1e-12;

/** @param kernel K0, P x P */
export function rangeCoordinates(engine: Engine, kernel: Matrix): RangeCoordinates {
	const P = kernel.rows;
	const { values, vectors } = symmetricEigen(engine, kernel);
	const first = values.findIndex((value) => value > RESOLUTION * values[P - 1]! && value > 0);
	const eigenvalues = first < 0 ? new Float64Array(0) : values.slice(first);
	const r = eigenvalues.length;
	const factor = matrix(P, r);
	const inverse = matrix(r, P);
	eigenvalues.forEach((value, k) => {
		const root = Math.sqrt(value);
		for (let a = 0; a < P; a++) {
			const entry = vectors.data[a * P + P - r + k]!;
			factor.data[a * r + k] = root * entry;
			inverse.data[k * P + a] = entry / root;
		}
	});
	return { eigenvalues, factor, inverse };
}

/** H K^ H^T, P x P. */
export function liftKernel(engine: Engine, { factor }: RangeCoordinates, kernel: Matrix): Matrix {
	return congruence(engine, factor, kernel);
}

/** H^+ K H^+T, r x r. */
export function reduceKernel(engine: Engine, { inverse }: RangeCoordinates, kernel: Matrix): Matrix {
	return congruence(engine, inverse, kernel);
}

function congruence(engine: Engine, a: Matrix, kernel: Matrix): Matrix {
	return symmetricPart(multiply(engine, multiply(engine, a, kernel), a, { transposeB: true }));
}
