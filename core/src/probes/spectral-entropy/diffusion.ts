import { type Engine, type Matrix, matrix, symmetricEigenvalues } from "@finitude/engine";

/**
 * d_ab^2 = K_aa + K_bb - 2 K_ab, P x P. Differences below P rounding units of K_aa + K_bb are 0: they are what rounding leaves of equal points.
 *
 * @param kernel K, P x P
 * @returns undefined where a squared distance is negative beyond that
 */
export function squaredDistances({ rows: P, data: K }: Matrix): Matrix | undefined {
	const squares = matrix(P, P);
	for (let a = 0; a < P; a++) {
		for (let b = 0; b < a; b++) {
			const sum = K[a * P + a]! + K[b * P + b]!;
			const square = sum - 2 * K[a * P + b]!;
			const resolution = P * Number.EPSILON * Math.abs(sum);
			if (!(square >= -resolution)) return undefined;
			if (square > resolution) squares.data[a * P + b] = squares.data[b * P + a] = square;
		}
	}
	return squares;
}

/** The median of the distances of the P(P - 1)/2 pairs of points; of an even number, the mean of the middle two. P >= 2. */
export function medianDistance({ rows: P, data }: Matrix): number {
	const distances = new Float64Array((P * (P - 1)) / 2);
	for (let a = 1, k = 0; a < P; a++) {
		for (let b = 0; b < a; b++) distances[k++] = Math.sqrt(data[a * P + b]!);
	}
	distances.sort();
	const middle = Math.floor(distances.length / 2);
	return distances.length % 2 === 1 ? distances[middle]! : (distances[middle - 1]! + distances[middle]!) / 2;
}

/**
 * Diffusion spectral entropy in bits, at diffusion time 1: G_ab = exp(-d_ab^2 / (2 sigma^2)), q = G 1, K_ab = G_ab / sqrt(q_a q_b),
 * r = K 1, and the entropy of the moduli of the eigenvalues of the diffusion matrix K_ab / r_a, divided by their sum. A bandwidth of 0 is its
 * limit, in which only equal points are connected. Liao, Liu et al. 2023, arXiv 2312.04823.
 *
 * @param squares d^2, P x P
 * @param bandwidth sigma >= 0
 */
export function diffusionEntropy(engine: Engine, squares: Matrix, bandwidth: number): number {
	const affinity = matrix(
		squares.rows,
		squares.rows,
		squares.data.map((square) => (square === 0 ? 1 : Math.exp(-square / (2 * bandwidth ** 2)))),
	);
	const anisotropic = dividedByRootSums(affinity);
	// K_ab / sqrt(r_a r_b) is symmetric and has the eigenvalues of K_ab / r_a.
	const moduli = symmetricEigenvalues(engine, dividedByRootSums(anisotropic)).map(Math.abs);
	const total = moduli.reduce((sum, value) => sum + value, 0);
	return moduli.reduce(
		(sum, value) => (value > 0 ? sum - (value / total) * Math.log2(value / total) : sum),
		0,
	);
}

/** M_ab / sqrt(m_a m_b), m the sums of the rows. */
function dividedByRootSums({ rows: P, data }: Matrix): Matrix {
	const roots = Float64Array.from({ length: P }, (_, a) =>
		Math.sqrt(data.subarray(a * P, (a + 1) * P).reduce((sum, value) => sum + value, 0)),
	);
	return matrix(
		P,
		P,
		data.map((value, k) => value / (roots[Math.floor(k / P)]! * roots[k % P]!)),
	);
}
