/** One-dimensional Gauss rules from the eigenvectors of their Jacobi matrices (Golub and Welsch 1969, Math. Comp. 23:221). */
import { type Engine, matrix, symmetricEigen } from "@finitude/engine";

export interface GaussRule {
	readonly nodes: Float64Array;
	/** They sum to 1: averages, not integrals. */
	readonly weights: Float64Array;
}

/** Averages over N(0, 1), exact for polynomials of degree 2 count - 1. */
export function gaussHermite(engine: Engine, count: number): GaussRule {
	return gaussRule(engine, count, () => 0, Math.sqrt);
}

/** Averages over the uniform distribution on [-1, 1], exact for polynomials of degree 2 count - 1. */
export function gaussLegendre(engine: Engine, count: number): GaussRule {
	return gaussRule(
		engine,
		count,
		() => 0,
		(k) => k / Math.sqrt(4 * k * k - 1),
	);
}

/** Averages over the exponential distribution of mean 1, exact for polynomials of degree 2 count - 1. */
export function gaussLaguerre(engine: Engine, count: number): GaussRule {
	return gaussRule(
		engine,
		count,
		(k) => 2 * k + 1,
		(k) => k,
	);
}

/** From the three-term recurrence of the orthonormal polynomials: diagonal(0..count-1), offDiagonal(1..count-1). */
function gaussRule(
	engine: Engine,
	count: number,
	diagonal: (k: number) => number,
	offDiagonal: (k: number) => number,
): GaussRule {
	const jacobi = matrix(count, count);
	for (let k = 0; k < count; k++) {
		jacobi.data[k * count + k] = diagonal(k);
		if (k > 0) jacobi.data[k * count + k - 1] = jacobi.data[(k - 1) * count + k] = offDiagonal(k);
	}
	const { values, vectors } = symmetricEigen(engine, jacobi);
	return { nodes: values, weights: vectors.data.slice(0, count).map((v) => v * v) };
}
