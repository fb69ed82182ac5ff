import { dot, type Engine, type Matrix, matrix, multiply } from "@finitude/engine";

export interface Alignment {
	/** tr(Kc Yc) / (|Kc| |Yc|), Kc = H K H, Yc = H Y Y^T H, H = I - 1 1^T/P; Frobenius norms. */
	readonly value: number;
	/** Its derivative along dK. */
	readonly slope: number;
}

/**
 * The centered kernel alignment of K with the targets and how it changes with K + eps dK, eps = 0. Cortes, Mohri and
 * Rostamizadeh 2012, arXiv 1203.0550. Undefined where the targets, or the kernel, are constant.
 *
 * @param targets Y, P x D
 */
export function kernelAlignment(
	engine: Engine,
	kernel: Matrix,
	change: Matrix,
	targets: Matrix,
): Alignment | undefined {
	const K = centered(kernel).data;
	const dK = centered(change).data;
	const Y = centered(multiply(engine, targets, targets, { transposeB: true })).data;
	const [kk, yy, ky] = [dot(K, K), dot(Y, Y), dot(K, Y)];
	// Centering a constant leaves rounding errors.
	const nothing = (P: number, raw: Float64Array, rest: number) =>
		rest <= (P * Number.EPSILON) ** 2 * dot(raw, raw);
	const P = kernel.rows;
	const raw = multiply(engine, targets, targets, { transposeB: true }).data;
	if (nothing(P, raw, yy) || nothing(P, kernel.data, kk)) return undefined;
	const norm = Math.sqrt(kk * yy);
	return { value: ky / norm, slope: dot(dK, Y) / norm - (ky * dot(K, dK)) / (kk * norm) };
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
