/** The correction from the whole tensor V: equations (20)-(24) of docs/theories/finite-width-correction.md. */
import {
	choleskyInverse,
	dot,
	type Engine,
	type Matrix,
	matrix,
	mirrorLower,
	multiply,
	transposed,
} from "@finitude/engine";
import type { Correction, EvidenceTerms } from "./correction.ts";
import { pairCount, pairIndex } from "./kernel-covariance.ts";
import type { PosteriorOperators } from "./posterior-operators.ts";

/** The cumulants of the random kernel of one network over n points, to first order in 1/N. */
export interface KernelCumulants {
	/** V, T x T over the pairs of points. */
	readonly covariance: Float64Array;
	/** K1, n x n; absent for one hidden layer, where it is 0. */
	readonly meanShift?: Matrix;
}

/**
 * @param operators of the infinite-width posterior
 * @param options `covariance`: also between points, for one output
 */
export function tensorCorrection(
	engine: Engine,
	{ covariance: V, meanShift }: KernelCumulants,
	operators: PosteriorOperators,
	options: { readonly covariance: boolean },
): Correction {
	const { factor, weights: g, projection } = operators;
	const inverse = choleskyInverse(engine, factor);
	const n = projection.rows;
	const [P, D] = [g.rows, g.columns];
	const psi = matrix(n, n);
	for (let s = 0; s < n; s++) {
		psi.data.set(projection.data.subarray(s * P, (s + 1) * P), s * n);
		if (s >= P) psi.data[s * n + s] = 1;
	}
	const squares = multiply(engine, g, g, { transposeB: true });
	const source = combined(squares, inverse, -D);
	const force = within(V, n, source);
	const response = across(V, n, inverse);
	const shift = meanShift ? combined(halved(force), meanShift, 1) : halved(force);
	const net = combined(shift, response, -1);
	const own = mirrorLower(conjugated(engine, psi, net));
	const columns = Array.from({ length: D }, (_, k) => column(g, k));
	/** psi (V_(sa)(tb) g^k_a g^l_b) psi^T. */
	const exchange = (k: number, l: number) =>
		conjugated(engine, psi, across(V, n, outer(columns[k]!, columns[l]!)));
	const outputCovariance = matrix(n, D * D);
	let covariance: Matrix | undefined;
	for (let k = 0; k < D; k++) {
		for (let l = 0; l <= k; l++) {
			const between = exchange(k, l);
			if (D === 1 && options.covariance) covariance = mirrorLower(combined(own, between, 1));
			for (let s = 0; s < n; s++) {
				const value = between.data[s * n + s]! + (k === l ? own.data[s * n + s]! : 0);
				for (const at of [k * D + l, l * D + k]) outputCovariance.data[s * D * D + at] = value;
			}
		}
	}
	const evidence = {
		kernel: dot(source.data, block(force, P).data) / 8,
		exchange: -0.5 * columns.reduce((sum, x) => sum + form(response, x), 0),
		trace: (D / 4) * dot(inverse.data, block(response, P).data),
		priorShift: meanShift ? 0.5 * dot(source.data, block(meanShift, P).data) : 0,
	};
	const meanOf = (kernel: Matrix) => multiply(engine, psi, multiply(engine, leading(kernel, P), g));
	const T = pairCount(n);
	return {
		mean: meanOf(net),
		kernelOnlyMean: meanOf(shift),
		firstRowVariance: Float64Array.from({ length: P }, (_, b) => V[pairIndex(0, b) * (T + 1)]!),
		outputCovariance,
		...(covariance && { covariance }),
		kernelShift: mirrorLower(block(shift, P)),
		...(meanShift && { priorShift: block(meanShift, P) }),
		logEvidence: evidence.kernel + evidence.exchange + evidence.trace + evidence.priorShift,
		...(D === 1 && { evidenceTerms: evidenceTerms() }),
	};

	function evidenceTerms(): EvidenceTerms {
		const self = block(within(V, n, squares), P);
		const noise = block(within(V, n, inverse), P);
		return {
			GGGG: dot(squares.data, self.data) / 8,
			QGG: evidence.exchange - dot(inverse.data, self.data) / 4,
			QQ: evidence.trace + dot(inverse.data, noise.data) / 8,
			...(meanShift && { K1: evidence.priorShift }),
		};
	}
}

/** sum_cd V_(st)(cd) m_cd over the training points c, d: n x n. @param m P x P, symmetric */
function within(V: Float64Array, n: number, m: Matrix): Matrix {
	const T = pairCount(n);
	const weights = new Float64Array(pairCount(m.rows));
	for (let a = 0; a < m.rows; a++) {
		for (let b = 0; b <= a; b++) weights[pairIndex(a, b)] = (a === b ? 1 : 2) * m.data[a * m.columns + b]!;
	}
	const result = matrix(n, n);
	for (let s = 0; s < n; s++) {
		for (let t = 0; t <= s; t++) {
			const row = pairIndex(s, t) * T;
			let sum = 0;
			for (let q = 0; q < weights.length; q++) sum += V[row + q]! * weights[q]!;
			result.data[s * n + t] = result.data[t * n + s] = sum;
		}
	}
	return result;
}

/** sum_ab V_(sa)(tb) m_ab over the training points a, b: n x n. @param m P x P */
function across(V: Float64Array, n: number, m: Matrix): Matrix {
	const T = pairCount(n);
	const P = m.rows;
	const result = matrix(n, n);
	const places = new Int32Array(P);
	for (let t = 0; t < n; t++) {
		for (let b = 0; b < P; b++) places[b] = pairIndex(t, b);
		for (let s = 0; s < n; s++) {
			let sum = 0;
			for (let a = 0; a < P; a++) {
				const row = pairIndex(s, a) * T;
				for (let b = 0; b < P; b++) sum += V[row + places[b]!]! * m.data[a * P + b]!;
			}
			result.data[s * n + t] = sum;
		}
	}
	return result;
}

/** A + factor x B. */
function combined(a: Matrix, b: Matrix, factor: number): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, k) => x + factor * b.data[k]!),
	);
}

function halved(a: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x) => 0.5 * x),
	);
}

/** psi A psi^T. */
function conjugated(engine: Engine, psi: Matrix, a: Matrix): Matrix {
	return multiply(engine, multiply(engine, psi, a), psi, { transposeB: true });
}

/** The leading P columns. */
function leading(a: Matrix, P: number): Matrix {
	return transposed(matrix(P, a.rows, transposed(a).data.slice(0, P * a.rows)));
}

/** The leading P x P block. */
function block(a: Matrix, P: number): Matrix {
	const result = matrix(P, P);
	for (let i = 0; i < P; i++) result.data.set(a.data.subarray(i * a.columns, i * a.columns + P), i * P);
	return result;
}

function column(m: Matrix, k: number): Float64Array {
	return Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.columns + k]!);
}

function outer(x: Float64Array, y: Float64Array): Matrix {
	const result = matrix(x.length, y.length);
	x.forEach((value, i) => {
		y.forEach((other, j) => {
			result.data[i * y.length + j] = value * other;
		});
	});
	return result;
}

/** x.A x over the leading points. */
function form(a: Matrix, x: Float64Array): number {
	return dot(
		x,
		Float64Array.from({ length: x.length }, (_, i) =>
			dot(x, a.data.subarray(i * a.columns, i * a.columns + x.length)),
		),
	);
}
