/** A linear network sees its data through X^T X and X^T y alone: what stands for many points at the same posterior. */
import {
	choleskyFactor,
	type Engine,
	gram,
	type Matrix,
	multiply,
	solveLower,
	transposed,
} from "@finitude/engine";

/**
 * R with R^T R = X^T X: as many rows as there are columns at most. X itself where it has no more, or where float64 finds X^T X
 * singular.
 */
export function sufficientRows(engine: Engine, x: Matrix): Matrix {
	if (x.rows <= x.columns) return x;
	const result = choleskyFactor(engine, gram(engine, x, { transposeA: true }));
	return result.positiveDefinite ? transposed(result.factor) : x;
}

/**
 * `sufficientRows` with their targets, R^-T X^T y.
 *
 * @param x P x d
 * @param y P x D
 */
export function sufficientData(
	engine: Engine,
	x: Matrix,
	y: Matrix,
): { readonly inputs: Matrix; readonly targets: Matrix } {
	const inputs = sufficientRows(engine, x);
	if (inputs === x) return { inputs, targets: y };
	const projected = multiply(engine, x, y, { transposeA: true });
	return { inputs, targets: solveLower(engine, transposed(inputs), projected) };
}
