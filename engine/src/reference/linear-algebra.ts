/** Plain loops, no blocking, no SIMD: the oracle of the other engines. */
import type { Block, FloatArray, View } from "../engine.ts";

const get = (v: View<FloatArray>, i: number, j: number) =>
	v.block.data[v.offset + i * v.rowStride + j * v.columnStride]!;
const set = (v: View<FloatArray>, i: number, j: number, x: number) => {
	v.block.data[v.offset + i * v.rowStride + j * v.columnStride] = x;
};

export function gemm<Numbers extends FloatArray>(
	alpha: number,
	a: View<Numbers>,
	b: View<Numbers>,
	beta: number,
	c: View<Numbers>,
): void {
	for (let i = 0; i < c.rows; i++) {
		for (let j = 0; j < c.columns; j++) {
			let sum = 0;
			for (let k = 0; k < a.columns; k++) sum += get(a, i, k) * get(b, k, j);
			set(c, i, j, alpha * sum + (beta === 0 ? 0 : beta * get(c, i, j)));
		}
	}
}

export function syrk<Numbers extends FloatArray>(
	alpha: number,
	a: View<Numbers>,
	beta: number,
	c: View<Numbers>,
): void {
	for (let i = 0; i < c.rows; i++) {
		for (let j = 0; j <= i; j++) {
			let sum = 0;
			for (let k = 0; k < a.columns; k++) sum += get(a, i, k) * get(a, j, k);
			set(c, i, j, alpha * sum + (beta === 0 ? 0 : beta * get(c, i, j)));
		}
	}
}

export function cholesky(a: View): number {
	for (let j = 0; j < a.rows; j++) {
		let pivot = get(a, j, j);
		for (let k = 0; k < j; k++) pivot -= get(a, j, k) ** 2;
		if (!(pivot > 0) || pivot === Number.POSITIVE_INFINITY) return j;
		const root = Math.sqrt(pivot);
		set(a, j, j, root);
		for (let i = j + 1; i < a.rows; i++) {
			let sum = get(a, i, j);
			for (let k = 0; k < j; k++) sum -= get(a, i, k) * get(a, j, k);
			set(a, i, j, sum / root);
		}
	}
	return -1;
}

export function solveTriangular(l: View, b: View, transposed: boolean): void {
	const n = l.rows;
	for (let j = 0; j < b.columns; j++) {
		for (let step = 0; step < n; step++) {
			const i = transposed ? n - 1 - step : step;
			let sum = get(b, i, j);
			if (transposed) for (let k = i + 1; k < n; k++) sum -= get(l, k, i) * get(b, k, j);
			else for (let k = 0; k < i; k++) sum -= get(l, i, k) * get(b, k, j);
			set(b, i, j, sum / get(l, i, i));
		}
	}
}

export function invertFromCholesky(l: View): void {
	const n = l.rows;
	const inverse = new Float64Array(n * n);
	for (let j = 0; j < n; j++) {
		for (let i = j; i < n; i++) {
			let sum = i === j ? 1 : 0;
			for (let k = j; k < i; k++) sum -= get(l, i, k) * inverse[k * n + j]!;
			inverse[i * n + j] = sum / get(l, i, i);
		}
	}
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			let sum = 0;
			for (let k = i; k < n; k++) sum += inverse[k * n + i]! * inverse[k * n + j]!;
			set(l, i, j, sum);
			set(l, j, i, sum);
		}
	}
}

/** Cyclic Jacobi rotations: slow and accurate. */
export function eigh(a: View, values: Block, wantVectors = true): boolean {
	const n = a.rows;
	const m = new Float64Array(n * n);
	const v = new Float64Array(n * n);
	for (let i = 0; i < n; i++) {
		v[i * n + i] = 1;
		for (let j = 0; j <= i; j++) m[i * n + j] = m[j * n + i] = get(a, i, j);
	}
	const largest = m.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	if (!Number.isFinite(largest)) return false;
	// Squares of the scaled entries neither overflow nor vanish.
	const scale = largest === 0 ? 1 : largest;
	for (let k = 0; k < n * n; k++) m[k]! /= scale;
	const converged = jacobiSweeps(m, v, n);
	const order = Array.from({ length: n }, (_, i) => i).sort((p, q) => m[p * n + p]! - m[q * n + q]!);
	order.forEach((from, to) => {
		values.data[to] = scale * m[from * n + from]!;
		if (wantVectors) for (let i = 0; i < n; i++) set(a, i, to, v[i * n + from]!);
	});
	return converged;
}

/** Diagonalizes m and collects the rotations in v; false when 60 sweeps do not do (10 are usual). */
function jacobiSweeps(m: Float64Array, v: Float64Array, n: number): boolean {
	for (let sweep = 0; sweep < 60; sweep++) {
		let off = 0;
		let total = 0;
		for (let i = 0; i < n; i++) {
			for (let j = 0; j < n; j++) {
				total += m[i * n + j]! ** 2;
				if (i !== j) off += m[i * n + j]! ** 2;
			}
		}
		// What is left moves the eigenvalues by less than 1e-17 of the norm, a tenth of a rounding error.
		if (off <= 1e-34 * total) return true;
		for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(m, v, n, p, q);
	}
	return false;
}

function rotate(m: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
	const apq = m[p * n + q]!;
	if (apq === 0) return;
	const theta = (m[q * n + q]! - m[p * n + p]!) / (2 * apq);
	const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
	const c = 1 / Math.sqrt(t * t + 1);
	const s = t * c;
	for (let k = 0; k < n; k++) {
		const kp = m[k * n + p]!;
		const kq = m[k * n + q]!;
		m[k * n + p] = c * kp - s * kq;
		m[k * n + q] = s * kp + c * kq;
	}
	for (let k = 0; k < n; k++) {
		const pk = m[p * n + k]!;
		const qk = m[q * n + k]!;
		m[p * n + k] = c * pk - s * qk;
		m[q * n + k] = s * pk + c * qk;
		const vp = v[k * n + p]!;
		const vq = v[k * n + q]!;
		v[k * n + p] = c * vp - s * vq;
		v[k * n + q] = s * vp + c * vq;
	}
	// Zero by construction; what rounding left there would keep the sweeps from ending.
	m[p * n + q] = 0;
	m[q * n + p] = 0;
}
