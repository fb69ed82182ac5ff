/** The first layer where a training point takes part: K_1 from the covariance S of one unit's weights, and back. */
import { type Engine, type Matrix, matrix, multiply, plus } from "@finitude/engine";
import type { SpreadKernel } from "./spread-map.ts";

/** Whitened inputs at every position: J m x r and J P x r. */
export interface InputRows {
	readonly inducing: Matrix;
	readonly training: Matrix;
	/** J */
	readonly positions: number;
}

/** z_i^T S x_a and x_a^T S x_a, S = F F^T. */
export function inputSpread(engine: Engine, inputs: InputRows, factor: Matrix): SpreadKernel {
	const { positions } = inputs;
	const inducing = multiply(engine, inputs.inducing, factor);
	const training = multiply(engine, inputs.training, factor);
	const P = training.rows / positions;
	const cross = matrix(inducing.rows, P);
	for (let j = 0; j < positions; j++) {
		const block = multiply(engine, rowsAt(inducing, j, positions), rowsAt(training, j, positions), {
			transposeB: true,
		});
		cross.data.set(block.data, j * block.data.length);
	}
	const r = training.columns;
	const diagonal = new Float64Array(training.rows);
	training.data.forEach((x, k) => {
		diagonal[Math.floor(k / r)]! += x * x;
	});
	return { cross, diagonal };
}

/** dS_up/dS, r x r, of which only the symmetric part matters: sum_j Z_j^T M_j X_j + X^T diag(M) X. */
export function inputSpreadCotangent(
	engine: Engine,
	{ inducing, training, positions }: InputRows,
	{ cross, diagonal }: SpreadKernel,
): Matrix {
	const r = training.columns;
	const weighted = matrix(
		training.rows,
		r,
		training.data.map((x, k) => x * diagonal[Math.floor(k / r)]!),
	);
	let total = multiply(engine, training, weighted, { transposeA: true });
	for (let j = 0; j < positions; j++) {
		const pulled = multiply(engine, rowsAt(cross, j, positions), rowsAt(training, j, positions));
		total = plus(total, multiply(engine, rowsAt(inducing, j, positions), pulled, { transposeA: true }));
	}
	return total;
}

/** The rows of position j. */
function rowsAt(m: Matrix, j: number, positions: number): Matrix {
	const count = m.rows / positions;
	const size = count * m.columns;
	return matrix(count, m.columns, m.data.slice(j * size, (j + 1) * size));
}
