import { type Matrix, matrix } from "@finitude/engine";

/** The rows of the first, then of the second: over training, then test points. */
export function stacked(first: Matrix, second?: Matrix): Matrix {
	if (!second) return first;
	const result = matrix(first.rows + second.rows, first.columns);
	result.data.set(first.data);
	result.data.set(second.data, first.data.length);
	return result;
}
