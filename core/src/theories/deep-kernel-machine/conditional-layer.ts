/** One layer above the first, from its inducing inputs to the training points: equation (3), forward and backward. */
import { type Engine, type Matrix, matrix, multiply, plus, solveLower } from "@finitude/engine";
import type { SpreadKernel } from "./spread-map.ts";

/** K_l = C T T^T C^T at the inducing inputs, C = chol(Q_l), in the coordinates of the range U of Q_l where it has one. */
export interface LayerFactors {
	readonly T: Matrix;
	readonly C: Matrix;
	readonly range: Matrix | undefined;
	/** Of Q_l. */
	readonly jitter: number;
}

export interface ConditionalLayer {
	/** K_l where a training point takes part. */
	readonly kernel: SpreadKernel;
	/** C^-1 U^T q, one column for each training point. */
	readonly solved: Matrix;
	/** T^T C^-1 U^T q */
	readonly turned: Matrix;
}

/** k = C T W and k_aa = q_aa + jitter - |v_a|^2 + |w_a|^2 with V = C^-1 q, W = T^T V. */
export function conditionalLayer(
	engine: Engine,
	{ T, C, range, jitter }: LayerFactors,
	prior: SpreadKernel,
): ConditionalLayer {
	const q = range ? multiply(engine, range, prior.cross, { transposeA: true }) : prior.cross;
	const solved = solveLower(engine, C, q);
	const turned = multiply(engine, T, solved, { transposeA: true });
	const inRange = multiply(engine, C, multiply(engine, T, turned));
	const [lost, gained] = [columnNorms(solved), columnNorms(turned)];
	return {
		kernel: {
			cross: range ? multiply(engine, range, inRange) : inRange,
			diagonal: prior.diagonal.map((x, a) => x + jitter - lost[a]! + gained[a]!),
		},
		solved,
		turned,
	};
}

export interface ConditionalCotangents {
	/** T^T dS/dT / 2: what the layer's gradient gains. */
	readonly own: Matrix;
	/** C^T dS/dC / 2: what the cotangent of Q_l at the inducing inputs gains. */
	readonly priorFactor: Matrix;
	/** dS/dq and dS/dq_aa. */
	readonly prior: SpreadKernel;
}

/**
 * The derivatives of S through a `conditionalLayer` with respect to T, C and q. With A = C^T U^T dS/dk and d = dS/dk_aa,
 * dS/dW = T^T A + 2 W d, dS/dV = T dS/dW - 2 V d, dS/dT = A W^T + V (dS/dW)^T, C^T dS/dC = A (T W)^T - dS/dV V^T.
 *
 * @param above dS/dk and dS/dk_aa
 */
export function conditionalCotangents(
	engine: Engine,
	{ T, C, range }: LayerFactors,
	{ solved: V, turned: W }: ConditionalLayer,
	above: SpreadKernel,
): ConditionalCotangents {
	const pull = range ? multiply(engine, range, above.cross, { transposeA: true }) : above.cross;
	const A = multiply(engine, C, pull, { transposeA: true });
	const dW = plus(multiply(engine, T, A, { transposeA: true }), scaledColumns(W, above.diagonal, 2));
	const dV = plus(multiply(engine, T, dW), scaledColumns(V, above.diagonal, -2));
	const dT = plus(
		multiply(engine, A, W, { transposeB: true, alpha: 0.5 }),
		multiply(engine, V, dW, { transposeB: true, alpha: 0.5 }),
	);
	const dq = solveLower(engine, C, dV, { transposed: true });
	return {
		own: multiply(engine, T, dT, { transposeA: true }),
		priorFactor: plus(
			multiply(engine, A, multiply(engine, T, W), { transposeB: true, alpha: 0.5 }),
			multiply(engine, dV, V, { transposeB: true, alpha: -0.5 }),
		),
		prior: { cross: range ? multiply(engine, range, dq) : dq, diagonal: above.diagonal },
	};
}

/** |column|^2 of every column. */
export function columnNorms({ columns, data }: Matrix): Float64Array {
	const norms = new Float64Array(columns);
	data.forEach((x, k) => {
		norms[k % columns]! += x * x;
	});
	return norms;
}

/** alpha A diag(scales). */
function scaledColumns(a: Matrix, scales: Float64Array, alpha: number): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, k) => alpha * x * scales[k % a.columns]!),
	);
}
