/** Parts of matrices over training, then test points. */
import { type Matrix, matrix } from "@finitude/engine";

/** Rows from `first` up to `end`. */
export function rowsOf({ columns, data }: Matrix, first: number, end: number): Matrix {
	return matrix(end - first, columns, data.slice(first * columns, end * columns));
}

/** Rows and columns from `first` up to `end`. */
export function blockOf({ columns, data }: Matrix, first: number, end: number): Matrix {
	const size = end - first;
	const result = matrix(size, size);
	for (let i = 0; i < size; i++) {
		const start = (first + i) * columns + first;
		result.data.set(data.subarray(start, start + size), i * size);
	}
	return result;
}
