import { type Matrix, matrix } from "@finitude/engine";

/**
 * The max-min product: entry (i, k) is the largest over j of min(a_ij, b_jk), the strength of the strongest path from i to k by way of j,
 * a path being as strong as its weakest edge. It is associative.
 *
 * @throws RangeError when the inner sizes differ
 */
export function strongestPaths(a: Matrix, b: Matrix): Matrix {
	if (a.columns !== b.rows) {
		throw new RangeError(
			`strongestPaths: inner sizes differ: ${a.rows} x ${a.columns} times ${b.rows} x ${b.columns}.`,
		);
	}
	const [inner, columns] = [a.columns, b.columns];
	const result = matrix(a.rows, columns, new Float64Array(a.rows * columns).fill(Number.NEGATIVE_INFINITY));
	const [A, B, C] = [a.data, b.data, result.data];
	for (let i = 0; i < a.rows; i++) {
		for (let j = 0; j < inner; j++) {
			const first = A[i * inner + j]!;
			for (let k = 0; k < columns; k++) {
				const second = B[j * columns + k]!;
				const path = first < second ? first : second;
				if (path > C[i * columns + k]!) C[i * columns + k] = path;
			}
		}
	}
	return result;
}
