import {
	choleskyFactor,
	type Engine,
	gram,
	type Matrix,
	matrix,
	multiply,
	solveLower,
	symmetricEigen,
} from "@finitude/engine";

/**
 * Singular values below this fraction of the largest are dropped. The Gram matrix resolves them to the square root of the
 * rounding unit, 1.5e-8; a direction at the threshold carries 1e-14 of the largest pre-activation variance.
 */
export const RANK_THRESHOLD = 1e-7;

/** The space spanned by the rows of a matrix A. */
export interface RowSpace {
	/** r x d, orthonormal rows; r >= 1. */
	readonly basis: Matrix;
	/** A basis^T: the coordinates of the rows of A, one row each. */
	readonly coordinates: Matrix;
	readonly rank: number;
}

/**
 * An orthonormal basis of the row space of A by the eigendecomposition of the smaller of A A^T and A^T A.
 *
 * @param scale singular values are compared with the larger of this and the largest one; give it when A may be rounding
 * errors of something of that size. A matrix without a direction above the threshold has rank 0 and one row of zeros as
 * its coordinates' source: its basis is the first unit vector.
 */
export function rowSpace(engine: Engine, a: Matrix, scale = 0): RowSpace {
	const wide = a.columns > a.rows;
	const { values, vectors } = symmetricEigen(engine, gram(engine, a, { transposeA: !wide }));
	const n = values.length;
	const largest = Math.max(values[n - 1]!, scale * scale);
	let rank = 0;
	while (rank < n && values[n - 1 - rank]! > largest * RANK_THRESHOLD ** 2) rank++;
	if (rank === 0) {
		const basis = matrix(1, a.columns);
		basis.data[0] = 1;
		return { basis, coordinates: matrix(a.rows, 1), rank };
	}
	const leading = matrix(rank, n);
	for (let k = 0; k < rank; k++) {
		for (let i = 0; i < n; i++) leading.data[k * n + i] = vectors.data[i * n + (n - 1 - k)]!;
	}
	const basis = wide ? orthonormalized(engine, normalizedRows(multiply(engine, leading, a))) : leading;
	return { basis, coordinates: multiply(engine, a, basis, { transposeB: true }), rank };
}

function normalizedRows(m: Matrix): Matrix {
	for (let i = 0; i < m.rows; i++) {
		const row = m.data.subarray(i * m.columns, (i + 1) * m.columns);
		const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
		for (let j = 0; j < row.length; j++) row[j]! /= norm;
	}
	return m;
}

/**
 * Orthonormal rows of the same span, by Cholesky factorization of the rows' Gram matrix, twice: right singular vectors
 * computed through A A^T lose orthogonality in proportion to (largest / own singular value)^2.
 */
function orthonormalized(engine: Engine, rows: Matrix): Matrix {
	let result = rows;
	for (let pass = 0; pass < 2; pass++) {
		const cholesky = choleskyFactor(engine, gram(engine, result));
		if (!cholesky.positiveDefinite) {
			throw new Error(`rowSpace: direction ${cholesky.pivot} above the rank threshold is not independent.`);
		}
		result = solveLower(engine, cholesky.factor, result);
	}
	return result;
}

/** A minus its projection on the space spanned by the rows of an orthonormal basis. */
export function orthogonalRest(engine: Engine, a: Matrix, basis: Matrix): Matrix {
	const inside = multiply(engine, multiply(engine, a, basis, { transposeB: true }), basis);
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, i) => x - inside.data[i]!),
	);
}
