/** Averages over weighted draws, corrected by functions whose mean is known to be 0. */
import {
	dot,
	type Engine,
	gram,
	type Matrix,
	matrix,
	matrixFromColumn,
	mirrorLower,
	multiply,
	symmetricEigen,
} from "@finitude/engine";

export interface ControlledWeights {
	/**
	 * p_i (1 - (C_i - Cbar)^T S^-1 Cbar): with these weights every average is the intercept of its weighted regression on the
	 * controls, and the controls themselves average to 0. They sum to 1.
	 */
	readonly calibrated: Float64Array;
	/** A new accumulator of standard errors. @param columns quantities */
	standardErrors(columns: number): StandardErrors;
}

/** Of self-normalized averages with calibrated weights. */
export interface StandardErrors {
	/** The quantities at a draw. */
	add(draw: number, values: Float64Array): void;
	/** sqrt(sum_i p_i^2 (residual of the regression at draw i)^2). */
	values(): Float64Array;
}

/**
 * @param probabilities p_i, which sum to 1
 * @param controls C_i: functions of the draws whose mean under the target is 0
 */
export function calibrated(
	engine: Engine,
	probabilities: Float64Array,
	controls: readonly Float64Array[],
): ControlledWeights {
	const n = controls[0]!.length;
	const means = new Float64Array(n);
	controls.forEach((c, i) => {
		for (let a = 0; a < n; a++) means[a]! += probabilities[i]! * c[a]!;
	});
	const covariance = matrix(n, n);
	// Moments with squared weights of z = (1, C).
	const squared = matrix(n + 1, n + 1);
	controls.forEach((c, i) => {
		const p = probabilities[i]!;
		for (let a = 0; a < n; a++) {
			const deviation = p * (c[a]! - means[a]!);
			for (let b = 0; b <= a; b++) covariance.data[a * n + b]! += deviation * (c[b]! - means[b]!);
		}
		for (let a = 0; a <= n; a++) {
			const value = p * p * (a === 0 ? 1 : c[a - 1]!);
			for (let b = 0; b <= a; b++) {
				squared.data[a * (n + 1) + b]! += value * (b === 0 ? 1 : c[b - 1]!);
			}
		}
	});
	const inverse = pseudoinverse(engine, covariance);
	const slope = times(engine, inverse, means);
	return {
		calibrated: probabilities.map((p, i) => p * (1 - dot(slope, controls[i]!) + dot(slope, means))),
		standardErrors,
	};

	function standardErrors(columns: number): StandardErrors {
		const sums = matrix(n + 1, columns);
		const squaredSums = matrix(n + 1, columns);
		const squares = new Float64Array(columns);
		// The first draw is the origin: sums of squares then cancel less.
		let origin: Float64Array | undefined;
		return {
			add(draw, values) {
				origin ??= values.slice();
				const c = controls[draw]!;
				const p = probabilities[draw]!;
				for (let a = 0; a <= n; a++) {
					const weight = p * (a === 0 ? 1 : c[a - 1]!);
					for (let k = 0; k < columns; k++) {
						const value = weight * (values[k]! - origin[k]!);
						sums.data[a * columns + k]! += value;
						squaredSums.data[a * columns + k]! += p * value;
					}
				}
				for (let k = 0; k < columns; k++) squares[k]! += (p * (values[k]! - origin[k]!)) ** 2;
			},
			values: () =>
				squares.map((square, k) => {
					const at = (m: Matrix, a: number) => m.data[a * columns + k]!;
					const cross = means.map((mean, a) => at(sums, a + 1) - mean * at(sums, 0));
					const beta = times(engine, inverse, cross);
					// Residual f - gamma . z.
					const gamma = Float64Array.of(at(sums, 0) - dot(beta, means), ...beta);
					let sum = square;
					for (let a = 0; a <= n; a++) {
						sum -= 2 * gamma[a]! * at(squaredSums, a);
						for (let b = 0; b <= n; b++) {
							const moment = squared.data[Math.max(a, b) * (n + 1) + Math.min(a, b)]!;
							sum += gamma[a]! * gamma[b]! * moment;
						}
					}
					return Math.sqrt(Math.max(sum, 0));
				}),
		};
	}
}

/** Directions in which the controls vary less than this, relative to the largest, are constants up to rounding. */
const RESOLUTION = 1e-12;

/** Of a positive semi-definite matrix of which the lower triangle is read: controls may depend on each other. */
function pseudoinverse(engine: Engine, m: Matrix): Matrix {
	const { values, vectors } = symmetricEigen(engine, mirrorLower(m));
	const least = RESOLUTION * values[values.length - 1]!;
	const n = m.rows;
	const half = vectors.data.map((x, at) => {
		const value = values[at % n]!;
		return value > least ? x / Math.sqrt(value) : 0;
	});
	return gram(engine, matrix(n, n, half));
}

function times(engine: Engine, m: Matrix, x: Float64Array): Float64Array {
	return multiply(engine, m, matrixFromColumn(x)).data;
}
