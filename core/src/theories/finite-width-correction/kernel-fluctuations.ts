/** The two contractions of V_(ab)(cd) = Cov(Khat_ab, Khat_cd) that the answer needs; the tensor itself is one way to get them. */
import { type Matrix, matrix } from "@finitude/engine";
import { pairCount, pairIndex } from "./kernel-covariance.ts";

/** V, contracted with P x P matrices over the training points, which come first among the n points. */
export interface KernelFluctuations {
	/** n x n: sum_cd V_(st)(cd) m_cd. @param m P x P, symmetric */
	within(m: Matrix): Matrix;
	/** n x n: sum_ab V_(sa)(tb) m_ab. @param m P x P; the result is transposed with it. */
	across(m: Matrix): Matrix;
}

/** From the whole tensor. @param covariance V, T x T over the pairs of n points */
export function tensorFluctuations(covariance: Float64Array, n: number): KernelFluctuations {
	const T = pairCount(n);
	return {
		within(m) {
			const weights = packed(m);
			const result = matrix(n, n);
			for (let s = 0; s < n; s++) {
				for (let t = 0; t <= s; t++) {
					const row = pairIndex(s, t) * T;
					let sum = 0;
					for (let q = 0; q < weights.length; q++) sum += covariance[row + q]! * weights[q]!;
					result.data[s * n + t] = result.data[t * n + s] = sum;
				}
			}
			return result;
		},
		across(m) {
			const P = m.rows;
			const result = matrix(n, n);
			for (let s = 0; s < n; s++) {
				for (let t = 0; t < n; t++) {
					let sum = 0;
					for (let a = 0; a < P; a++) {
						const row = pairIndex(s, a) * T;
						for (let b = 0; b < P; b++) sum += covariance[row + pairIndex(t, b)]! * m.data[a * P + b]!;
					}
					result.data[s * n + t] = sum;
				}
			}
			return result;
		},
	};
}

/** A symmetric matrix over the pairs of its points: twice the entries off the diagonal. */
function packed(m: Matrix): Float64Array {
	const result = new Float64Array(pairCount(m.rows));
	for (let a = 0; a < m.rows; a++) {
		for (let b = 0; b <= a; b++) {
			result[pairIndex(a, b)] = (a === b ? 1 : 2) * m.data[a * m.columns + b]!;
		}
	}
	return result;
}
