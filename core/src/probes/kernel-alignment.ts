import { dot, type Engine, type Matrix, matrix, multiply } from "@finitude/engine";

export interface KernelAlignment {
	/** tr(Kc Lc) / (|Kc| |Lc|), Kc = H K H, Lc = H L H, H = I - 1 1^T/P; Frobenius norms. */
	readonly value: number;
	/** Its derivative along dK, P x P. */
	slope(change: Matrix): number;
}

/**
 * The centered alignment of a kernel with the targets: `centeredAlignment` with L = Y Y^T.
 *
 * @param kernel K, P x P
 * @param targets Y, P x D
 * @returns undefined where the targets, or the kernel, are constant
 */
export function kernelAlignment(
	engine: Engine,
	kernel: Matrix,
	targets: Matrix,
): KernelAlignment | undefined {
	return centeredAlignment(kernel, multiply(engine, targets, targets, { transposeB: true }));
}

/**
 * The cosine of the angle between two kernels without their means, and how it changes with K + eps dK at eps = 0. Cortes, Mohri and
 * Rostamizadeh 2012, arXiv 1203.0550, section 2.
 *
 * @param kernel K, P x P
 * @param other L, P x P
 * @returns undefined where one of them is constant
 */
export function centeredAlignment(kernel: Matrix, other: Matrix): KernelAlignment | undefined {
	const [K, L] = [centered(kernel).data, centered(other).data];
	const [kk, ll, kl] = [dot(K, K), dot(L, L), dot(K, L)];
	// Centering a constant leaves rounding errors.
	const rounding = (kernel.rows * Number.EPSILON) ** 2;
	const nothing = (raw: Float64Array, rest: number) => rest <= rounding * dot(raw, raw);
	if (nothing(other.data, ll) || nothing(kernel.data, kk)) return undefined;
	const norm = Math.sqrt(kk * ll);
	return {
		value: kl / norm,
		slope(change) {
			const dK = centered(change).data;
			return dot(dK, L) / norm - (kl * dot(K, dK)) / (kk * norm);
		},
	};
}

/** H M H. */
function centered({ rows: P, data }: Matrix): Matrix {
	const means = new Float64Array(P);
	let total = 0;
	for (let a = 0; a < P; a++) {
		for (let b = 0; b < P; b++) means[a]! += data[a * P + b]! / P;
		total += means[a]! / P;
	}
	return matrix(
		P,
		P,
		data.map((x, k) => x - means[Math.floor(k / P)]! - means[k % P]! + total),
	);
}
