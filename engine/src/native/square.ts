/** Square matrices in place, in pieces that stay in the cache. */
import type { View } from "../engine.ts";

const BLOCK = 32;

/** Calls `visit` for every i > j with the positions of (i, j) and (j, i). */
function overLowerTriangle(a: View, visit: (data: Float64Array, lower: number, upper: number) => void): void {
	const { data } = a.block;
	const { rows: n, offset, rowStride, columnStride } = a;
	for (let rowBlock = 0; rowBlock < n; rowBlock += BLOCK) {
		for (let columnBlock = 0; columnBlock <= rowBlock; columnBlock += BLOCK) {
			for (let i = rowBlock; i < Math.min(n, rowBlock + BLOCK); i++) {
				for (let j = columnBlock; j < Math.min(i, columnBlock + BLOCK); j++) {
					visit(data, offset + i * rowStride + j * columnStride, offset + j * rowStride + i * columnStride);
				}
			}
		}
	}
}

/** Copies the lower triangle onto the upper one. */
export function mirrorLowerInPlace(a: View): void {
	overLowerTriangle(a, (data, lower, upper) => {
		data[upper] = data[lower]!;
	});
}

export function transposeInPlace(a: View): void {
	overLowerTriangle(a, (data, lower, upper) => {
		const x = data[lower]!;
		data[lower] = data[upper]!;
		data[upper] = x;
	});
}

/** Whether no entry of the lower triangle is NaN or infinite. */
export function lowerIsFinite(a: View): boolean {
	const { data } = a.block;
	for (let i = 0; i < a.rows; i++) {
		for (let j = 0; j <= i; j++) {
			if (!Number.isFinite(data[a.offset + i * a.rowStride + j * a.columnStride])) return false;
		}
	}
	return true;
}
