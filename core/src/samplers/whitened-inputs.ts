import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { Layer } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { positionOrder } from "./position-order.ts";
import { orthogonalRest, type RowSpace, rowSpace } from "./row-space.ts";

/**
 * The first layer's pre-activations in as few standard normal coordinates as the data allow.
 *
 * With A = [s_1 / sqrt(d) X, s_b 1] the pre-activations of a unit are A w, w ~ N(0, I). At the training points they depend
 * on z = V^T w alone, V an orthonormal basis of the row space of A: A w = (A V) z. At test points A* w = (A* V) z + rest,
 * where the rest is independent of z and Gaussian with covariance A_perp A_perp^T, A_perp = A* - A* V V^T.
 * The rows of a convolution's A are the patches of all points, position by position in the order of `positionOrder`.
 */
export interface WhitenedInputs {
	/** J P x r: A V. */
	readonly train: Matrix;
	/** r >= 1. */
	readonly directions: number;
	/** Rank of A; 0 when all inputs are 0 and there is no bias. */
	readonly rank: number;
	/** J, positions of the first layer; 1 for a dense one. */
	readonly positions: number;
	/** r x (d + 1 with a bias): V^T, orthonormal rows, for the weights w in units of their prior deviation. */
	readonly basis: Matrix;
	readonly test?: {
		/** J P* x r: A* V. */
		readonly inside: Matrix;
		/** J P* x q with outside outside^T = A_perp A_perp^T; q = 0 columns when the test inputs lie in the row space. */
		readonly outside: Matrix;
	};
}

/** Rotates training and test inputs of the first layer. */
export function whitenInputs(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "testInputs" | "inputShape" | "network">,
): WhitenedInputs {
	const layer = problem.network.layers[0]!;
	const { inputColumns } = positionOrder(problem);
	const rowsOf = (x: Matrix) => withBias(patchRows(x, inputColumns), layer);
	const train = rowSpace(engine, rowsOf(problem.trainInputs));
	const common = {
		train: train.coordinates,
		directions: train.basis.rows,
		rank: train.rank,
		positions: inputColumns.length,
		basis: train.basis,
	};
	if (problem.testInputs === undefined) return common;
	return { ...common, test: splitTest(engine, rowsOf(problem.testInputs), train) };
}

function splitTest(engine: Engine, a: Matrix, train: RowSpace): { inside: Matrix; outside: Matrix } {
	const rest = orthogonalRest(engine, a, train.basis);
	const norm = Math.sqrt(a.data.reduce((sum, x) => sum + x * x, 0));
	// Rounding leaves a rest of 1e-16 of the inputs also where there is none: compare with the inputs, not with the rest.
	const outside = rowSpace(engine, rest, norm);
	const inside = multiply(engine, a, train.basis, { transposeB: true });
	return { inside, outside: outside.rank === 0 ? matrix(a.rows, 0) : outside.coordinates };
}

/** Row j P + p: what position j of the first layer reads of point p. */
function patchRows(x: Matrix, inputColumns: readonly (readonly number[])[]): Matrix {
	const size = inputColumns[0]!.length;
	const rows = matrix(inputColumns.length * x.rows, size);
	inputColumns.forEach((columns, j) => {
		for (let p = 0; p < x.rows; p++) {
			const to = (j * x.rows + p) * size;
			for (let k = 0; k < size; k++) rows.data[to + k] = x.data[p * x.columns + columns[k]!]!;
		}
	});
	return rows;
}

function withBias(x: Matrix, layer: Layer): Matrix {
	const scale = Math.sqrt(layer.weightVariance / x.columns);
	const columns = x.columns + (layer.biasVariance > 0 ? 1 : 0);
	const a = matrix(x.rows, columns);
	for (let i = 0; i < x.rows; i++) {
		for (let j = 0; j < x.columns; j++) a.data[i * columns + j] = scale * x.data[i * x.columns + j]!;
		if (columns > x.columns) a.data[i * columns + x.columns] = Math.sqrt(layer.biasVariance);
	}
	return a;
}
