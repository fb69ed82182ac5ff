import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { DenseLayer } from "../network/network.ts";
import { orthogonalRest, type RowSpace, rowSpace } from "./row-space.ts";

/**
 * The first layer's pre-activations in as few standard normal coordinates as the data allow.
 *
 * With A = [s_1 / sqrt(d) X, s_b 1] the pre-activations of a unit are A w, w ~ N(0, I). At the training points they depend
 * on z = V^T w alone, V an orthonormal basis of the row space of A: A w = (A V) z. At test points A* w = (A* V) z + rest,
 * where the rest is independent of z and Gaussian with covariance A_perp A_perp^T, A_perp = A* - A* V V^T.
 */
export interface WhitenedInputs {
	/** P x r: A V. */
	readonly train: Matrix;
	/** r >= 1. */
	readonly directions: number;
	/** Rank of A; 0 when all inputs are 0 and there is no bias. */
	readonly rank: number;
	readonly test?: {
		/** P* x r: A* V. */
		readonly inside: Matrix;
		/** P* x q with outside outside^T = A_perp A_perp^T; q = 0 columns when the test inputs lie in the row space. */
		readonly outside: Matrix;
	};
}

/** Rotates training and test inputs of a dense first layer. */
export function whitenInputs(
	engine: Engine,
	layer: DenseLayer,
	trainInputs: Matrix,
	testInputs: Matrix | undefined,
): WhitenedInputs {
	const train = rowSpace(engine, withBias(trainInputs, layer));
	const common = { train: train.coordinates, directions: train.basis.rows, rank: train.rank };
	if (testInputs === undefined) return common;
	return { ...common, test: splitTest(engine, withBias(testInputs, layer), train) };
}

function splitTest(engine: Engine, a: Matrix, train: RowSpace): { inside: Matrix; outside: Matrix } {
	const rest = orthogonalRest(engine, a, train.basis);
	const norm = Math.sqrt(a.data.reduce((sum, x) => sum + x * x, 0));
	// Rounding leaves a rest of 1e-16 of the inputs also where there is none: compare with the inputs, not with the rest.
	const outside = rowSpace(engine, rest, norm);
	const inside = multiply(engine, a, train.basis, { transposeB: true });
	return { inside, outside: outside.rank === 0 ? matrix(a.rows, 0) : outside.coordinates };
}

function withBias(x: Matrix, layer: DenseLayer): Matrix {
	const scale = Math.sqrt(layer.weightVariance / x.columns);
	const columns = x.columns + (layer.biasVariance > 0 ? 1 : 0);
	const a = matrix(x.rows, columns);
	for (let i = 0; i < x.rows; i++) {
		for (let j = 0; j < x.columns; j++) a.data[i * columns + j] = scale * x.data[i * x.columns + j]!;
		if (columns > x.columns) a.data[i * columns + x.columns] = Math.sqrt(layer.biasVariance);
	}
	return a;
}
