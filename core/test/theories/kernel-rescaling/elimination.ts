import { type Matrix, matrix } from "@finitude/engine";

/** Gauss-Jordan elimination without pivoting: fine for a small positive definite matrix. */
function eliminate(a: Matrix): { inverse: Matrix; pivots: number[] } {
	const n = a.rows;
	const work = Array.from({ length: n }, (_, i) => [
		...a.data.slice(i * n, (i + 1) * n),
		...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
	]);
	const pivots = work.map((row, i) => {
		const pivot = row[i]!;
		for (let j = 0; j < 2 * n; j++) row[j]! /= pivot;
		work.forEach((other, k) => {
			if (k === i) return;
			const factor = other[i]!;
			for (let j = 0; j < 2 * n; j++) other[j]! -= factor * row[j]!;
		});
		return pivot;
	});
	return { inverse: matrix(n, n, Float64Array.from(work.flatMap((row) => row.slice(n)))), pivots };
}

export function inverseByElimination(a: Matrix): Matrix {
	return eliminate(a).inverse;
}

export function logDeterminantByElimination(a: Matrix): number {
	return eliminate(a).pivots.reduce((sum, pivot) => sum + Math.log(pivot), 0);
}

/** m + kappa I. */
export function noisy(m: Matrix, kappa: number): Matrix {
	return matrix(
		m.rows,
		m.columns,
		m.data.map((x, e) => (e % (m.columns + 1) === 0 ? x + kappa : x)),
	);
}
