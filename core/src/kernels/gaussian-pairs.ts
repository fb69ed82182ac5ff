/** Pairs of centered Gaussian pre-activations: what a dual activation takes. */
import type { Matrix } from "@finitude/engine";

/** m pairs (h_a, h_b) ~ N(0, [[C_aa, C_ab], [C_ab, C_bb]]) among n points. Pair k joins points first[k] and second[k];
 * the same point twice means h_a = h_b. */
export interface GaussianPairs {
	/** C_aa of each of the n points. */
	readonly variances: Float64Array;
	readonly first: Int32Array;
	readonly second: Int32Array;
	/** C_ab of each of the m pairs. */
	readonly covariances: Float64Array;
}

/** Fills the arrays of `GaussianPairs` block by block; the order of the calls is the order of the pairs. */
export function pairsBuilder(variances: Float64Array, count: number) {
	const pairs: GaussianPairs = {
		variances,
		first: new Int32Array(count),
		second: new Int32Array(count),
		covariances: new Float64Array(count),
	};
	let filled = 0;
	const add = (a: number, b: number, covariance: number) => {
		pairs.first[filled] = a;
		pairs.second[filled] = b;
		pairs.covariances[filled] = covariance;
		filled++;
	};
	return {
		pairs,
		/** The lower triangle of the covariance of the points from `offset` on. */
		addTriangle(covariance: Matrix, offset: number): void {
			const { rows, columns, data } = covariance;
			for (let i = 0; i < rows; i++) {
				for (let j = 0; j <= i; j++) add(offset + i, offset + j, data[i * columns + j]!);
			}
		},
		/** Every entry of a rectangle, rows from `rowOffset` on, columns from `columnOffset` on. */
		addRectangle(covariance: Matrix, rowOffset: number, columnOffset: number): void {
			const { rows, columns, data } = covariance;
			for (let i = 0; i < rows; i++) {
				for (let j = 0; j < columns; j++) add(rowOffset + i, columnOffset + j, data[i * columns + j]!);
			}
		},
		/** `size` points from `offset` on, each with itself. */
		addDiagonal(offset: number, size: number): void {
			for (let i = offset; i < offset + size; i++) add(i, i, variances[i]!);
		},
	};
}

/**
 * A correlation or another argument of arccos or arcsin, with what rounding put outside [-1, 1] brought back.
 *
 * @throws RangeError beyond 1e-8, far above rounding: the matrix it came from is not a covariance.
 */
export function clipRoundoff(x: number): number {
	if (x >= -1 && x <= 1) return x;
	if (Math.abs(x) <= 1 + 1e-8) return Math.sign(x);
	throw new RangeError(
		`clipRoundoff: wanted a correlation in [-1, 1]; got ${x}. The matrix is not a covariance.`,
	);
}

/** C_ab / sqrt(C_aa C_bb); 0 where a variance is 0. Two roots: the product of two tiny variances would underflow. */
export function correlation(a: number, b: number, c: number): number {
	return a === 0 || b === 0 ? 0 : clipRoundoff(c / (Math.sqrt(a) * Math.sqrt(b)));
}

/** The largest of the numbers; 0 for none. */
export function largest(numbers: Float64Array): number {
	return numbers.reduce((most, x) => Math.max(most, x), 0);
}
