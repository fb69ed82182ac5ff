/** Coordinates that do not depend on the order or the orientation of the inputs. */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import { findActivation } from "../activations/registry.ts";
import type { HiddenUnit } from "./hidden-unit.ts";

/**
 * The same unit with w rotated so that the columns of U are orthogonal, the longest first, each with a positive sum of
 * cubes. Points of a random rule then meet the same pre-activations however the data are ordered or rotated, and the first
 * coordinates, in which quasi-random points are most even, carry most of the variance.
 */
export function alongPrincipalAxes(engine: Engine, unit: HiddenUnit): HiddenUnit {
	const { vectors } = symmetricEigen(
		engine,
		multiply(engine, unit.inputs, unit.inputs, { transposeA: true }),
	);
	return { ...unit, inputs: oriented(multiply(engine, unit.inputs, vectors)) };
}

/** U with U U^T = C, its columns along the principal axes, the longest first. Eigenvalues of C that are rounding errors of the largest, below n epsilon of it, are dropped. */
export function principalFactor(engine: Engine, covariance: Matrix): Matrix {
	const { values, vectors } = symmetricEigen(engine, covariance);
	const n = covariance.rows;
	const rounding = n * Number.EPSILON * values[n - 1]!;
	const first = Math.min(
		n - 1,
		values.findIndex((value) => value > rounding),
	);
	const rank = first < 0 ? 1 : n - first;
	const root = matrix(n, rank);
	for (let a = 0; a < n; a++) {
		for (let k = 0; k < rank; k++) {
			const at = n - rank + k;
			root.data[a * rank + k] = Math.sqrt(Math.max(0, values[at]!)) * vectors.data[a * n + at]!;
		}
	}
	return oriented(root);
}

/** A unit of a dense layer with these pre-activations at n points. @param covariance C, n x n */
export function unitOfCovariance(
	engine: Engine,
	activation: string,
	covariance: Matrix,
	trainPoints: number,
): HiddenUnit {
	const inputs = principalFactor(engine, covariance);
	return {
		activation: findActivation(activation),
		trainPoints,
		points: covariance.rows,
		positions: 1,
		dimension: inputs.columns,
		inputs,
	};
}

/** Columns in reverse order, since eigenvalues ascend, with signs that make their sums of cubes positive. */
function oriented(m: Matrix): Matrix {
	const { rows, columns } = m;
	const cubes = new Float64Array(columns);
	for (let a = 0; a < rows; a++) {
		for (let k = 0; k < columns; k++) cubes[k]! += m.data[a * columns + k]! ** 3;
	}
	const result = matrix(rows, columns);
	for (let a = 0; a < rows; a++) {
		for (let k = 0; k < columns; k++) {
			const x = m.data[a * columns + (columns - 1 - k)]!;
			result.data[a * columns + k] = cubes[columns - 1 - k]! < 0 ? -x : x;
		}
	}
	return result;
}
