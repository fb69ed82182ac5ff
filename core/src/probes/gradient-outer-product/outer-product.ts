import {
	dot,
	type Engine,
	gram,
	type Matrix,
	matrixFromColumn,
	multiply,
	symmetricEigen,
	symmetricEigenvalues,
} from "@finitude/engine";

/** What is asked of G = B B^T / P. */
export interface OuterProduct {
	/** Of G, largest first, as many as the smaller side of B has. */
	readonly eigenvalues: Float64Array;
	readonly trace: number;
	/** |G|, the Frobenius norm. */
	readonly norm: number;
}

/** The same along a direction w of unit length. */
export interface DirectedOuterProduct extends OuterProduct {
	/** w^T G w. */
	readonly along: number;
	/** (v_1 . w)^2; undefined where the two largest eigenvalues are equal to rounding. */
	readonly overlap: number | undefined;
}

/**
 * Read from the smaller of B B^T and B^T B, which have the same eigenvalues but for zeros.
 * @param B n x m
 * @param P the number of points
 */
export function outerProduct(engine: Engine, B: Matrix, P: number): OuterProduct {
	const S = smallerGram(engine, B, P);
	return { eigenvalues: symmetricEigenvalues(engine, S).reverse(), ...sizes(B, P, S) };
}

/** @param w n entries, |w| = 1 */
export function directedOuterProduct(
	engine: Engine,
	B: Matrix,
	P: number,
	w: Float64Array,
): DirectedOuterProduct {
	const S = smallerGram(engine, B, P);
	const { values, vectors } = symmetricEigen(engine, S);
	const size = values.length;
	const eigenvalues = values.slice().reverse();
	const projected = multiply(engine, B, matrixFromColumn(w), { transposeA: true }).data;
	const top = Float64Array.from({ length: size }, (_, i) => vectors.data[(i + 1) * size - 1]!);
	// v_1 itself, or u_1 with v_1 = B u_1 / sqrt(P lambda_1).
	const product = B.rows <= B.columns ? dot(top, w) : dot(top, projected) / Math.sqrt(P * eigenvalues[0]!);
	// The error of an eigenvalue: the same rule as for kernels.
	const isolated = size === 1 || eigenvalues[0]! - eigenvalues[1]! > size * Number.EPSILON * eigenvalues[0]!;
	return {
		eigenvalues,
		...sizes(B, P, S),
		along: dot(projected, projected) / P,
		overlap: isolated ? product ** 2 : undefined,
	};
}

function smallerGram(engine: Engine, B: Matrix, P: number): Matrix {
	return gram(engine, B, { transposeA: B.rows > B.columns, alpha: 1 / P });
}

function sizes(B: Matrix, P: number, S: Matrix) {
	return { trace: dot(B.data, B.data) / P, norm: Math.sqrt(dot(S.data, S.data)) };
}

/**
 * cos(W^T W, G) = tr(W^T W G)/(|W^T W| |G|), Frobenius norms: |W B|^2/(P |W W^T| |G|).
 * @param W units x n
 * @param norm |G|
 */
export function ansatzCosine(engine: Engine, W: Matrix, B: Matrix, P: number, norm: number): number {
	const WB = multiply(engine, W, B).data;
	const S = gram(engine, W, { transposeA: W.rows > W.columns }).data;
	return dot(WB, WB) / (P * Math.sqrt(dot(S, S)) * norm);
}
