/** The divergence between the Gaussians of a kernel K and of the kernel Q below, twice over: tr(K Q^-1) - logdet(K Q^-1) - n. */
import { dot, type Engine, gram, matrix } from "@finitude/engine";

/** Of |M|: above it the terms of tr M - logdet(I + M) do not cancel to fewer than ten digits. */
const SMALL_CHANGE = 1e-3;

/**
 * tr M - logdet(I + M) for I + M = T^T T. Near infinite width M is small, and the difference, to be multiplied by a large
 * weight, would be rounding: there the series tr M^2/2 - tr M^3/3 + tr M^4/4, right to 1e-9 of itself.
 *
 * @param square T^T T, n x n, of which the lower triangle is read
 * @param logDeterminant of T^T T
 */
export function divergenceValue(
	engine: Engine,
	square: Float64Array,
	n: number,
	logDeterminant: number,
): number {
	let [trace, norm] = [0, 0];
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < i; j++) norm += 2 * square[i * n + j]! ** 2;
		const change = square[i * n + i]! - 1;
		trace += change;
		norm += change ** 2;
	}
	if (norm > SMALL_CHANGE ** 2) return trace - logDeterminant;
	const M = matrix(n, n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < i; j++) M.data[i * n + j] = M.data[j * n + i] = square[i * n + j]!;
		M.data[i * n + i] = square[i * n + i]! - 1;
	}
	const M2 = gram(engine, M);
	return norm / 2 - dot(M2.data, M.data) / 3 + dot(M2.data, M2.data) / 4;
}
