import { type Matrix, matrix, matrixRow } from "@finitude/engine";

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
	const result = matrix(
		a.rows,
		b.columns,
		new Float64Array(a.rows * b.columns).fill(Number.NEGATIVE_INFINITY),
	);
	for (let i = 0; i < a.rows; i++) {
		const [first, strongest] = [matrixRow(a, i), matrixRow(result, i)];
		let weakest = Number.NEGATIVE_INFINITY;
		for (const j of Int32Array.from(first.keys()).sort((x, y) => first[y]! - first[x]!)) {
			// No later path is stronger than its first edge: for random weights a fraction of all j is enough.
			if (first[j]! <= weakest) break;
			weakest = strengthen(strongest, first[j]!, matrixRow(b, j));
		}
	}
	return result;
}

/** strongest_k <- max(strongest_k, min(first, second_k)). @returns the smallest of them */
function strengthen(strongest: Float64Array, first: number, second: Float64Array): number {
	let weakest = Number.POSITIVE_INFINITY;
	for (let k = 0; k < strongest.length; k++) {
		const path = second[k]! < first ? second[k]! : first;
		let best = strongest[k]!;
		if (path > best) {
			best = path;
			strongest[k] = path;
		}
		if (best < weakest) weakest = best;
	}
	return weakest;
}
