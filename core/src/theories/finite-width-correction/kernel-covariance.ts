/** The covariance V of the entries of the random kernel, as a matrix over pairs of points. */
import type { FourPointMoment } from "./four-point-moment.ts";

/** n (n + 1) / 2 unordered pairs of n points, repeated points included. */
export function pairCount(n: number): number {
	return (n * (n + 1)) / 2;
}

/** The place of the pair of points a and b, in either order. */
export function pairIndex(a: number, b: number): number {
	return a >= b ? (a * (a + 1)) / 2 + b : (b * (b + 1)) / 2 + a;
}

/**
 * <phi_a phi_b phi_c phi_d> - G_ab G_cd for one unit of a dense layer, T x T over the T pairs of n points, row-major. Each
 * of the n (n + 1) (n + 2) (n + 3) / 24 distinct moments is computed once.
 *
 * @param kernel G, n x n
 */
export function unitCovariance(moment: FourPointMoment, kernel: Float64Array, n: number): Float64Array {
	const T = pairCount(n);
	const result = new Float64Array(T * T);
	const put = (p: number, q: number, value: number) => {
		result[p * T + q] = value;
		result[q * T + p] = value;
	};
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++) {
			const ab = pairIndex(a, b);
			for (let c = 0; c <= b; c++) {
				const ac = pairIndex(a, c);
				const bc = pairIndex(b, c);
				for (let d = 0; d <= c; d++) {
					const value = moment(a, b, c, d);
					put(ab, pairIndex(c, d), value - kernel[a * n + b]! * kernel[c * n + d]!);
					put(ac, pairIndex(b, d), value - kernel[a * n + c]! * kernel[b * n + d]!);
					put(bc, pairIndex(a, d), value - kernel[b * n + c]! * kernel[a * n + d]!);
				}
			}
		}
	}
	return result;
}

/**
 * (1/M^2) sum_ij Cov(phi_a^i phi_b^i, phi_c^j phi_d^j) for one channel of a convolution with M positions, T x T over the
 * pairs of n points; with i = j only for a locally connected layer. Position i of point a is row i n + a of the pre-activations.
 *
 * @param kernels G of each position, n x n
 */
export function channelCovariance(
	moment: FourPointMoment,
	kernels: readonly Float64Array[],
	n: number,
	weightSharing: boolean,
): Float64Array {
	const M = kernels.length;
	const T = pairCount(n);
	const result = new Float64Array(T * T);
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++) {
			const p = pairIndex(a, b);
			for (let c = 0; c <= a; c++) {
				for (let d = 0; d <= c && pairIndex(c, d) <= p; d++) {
					let sum = 0;
					for (let i = 0; i < M; i++) {
						const first = kernels[i]![a * n + b]!;
						const [from, to] = weightSharing ? [0, M] : [i, i + 1];
						for (let j = from; j < to; j++) {
							sum += moment(i * n + a, i * n + b, j * n + c, j * n + d) - first * kernels[j]![c * n + d]!;
						}
					}
					const q = pairIndex(c, d);
					result[p * T + q] = result[q * T + p] = sum / (M * M);
				}
			}
		}
	}
	return result;
}
