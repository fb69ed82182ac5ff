import { choleskyInverse, dot, type Engine, type Matrix, matrixRow } from "@finitude/engine";

/** A point on the way to a root, with a Cholesky factor of an approximate Jacobian there. */
interface QuasiNewtonState {
	readonly tau: Float64Array;
	readonly residual: Float64Array;
	readonly factor: Matrix;
}

/**
 * Directions by Broyden's method (Broyden 1965, Math. Comp. 19:577, the "good" update): the inverse Jacobian starts as that of
 * kappa I + W'' and learns the rest from the steps that are taken, at no evaluation beyond one for each step.
 */
export function broydenDirections(engine: Engine): (state: QuasiNewtonState) => Float64Array {
	let inverse: Matrix | undefined;
	let before: QuasiNewtonState | undefined;
	return (state) => {
		if (inverse === undefined) inverse = choleskyInverse(engine, state.factor);
		else if (before)
			learn(inverse, difference(state.tau, before.tau), difference(state.residual, before.residual));
		before = state;
		return applied(inverse, state.residual).map((x) => -x);
	};
}

/** H += (s - H r) s^T H / (s . H r): afterwards H r = s. */
function learn(inverse: Matrix, step: Float64Array, change: Float64Array): void {
	const n = inverse.rows;
	const image = applied(inverse, change);
	const row = new Float64Array(n);
	for (let i = 0; i < n; i++) {
		const values = matrixRow(inverse, i);
		for (let j = 0; j < n; j++) row[j]! += step[i]! * values[j]!;
	}
	const scale = dot(step, image);
	if (scale === 0) return;
	for (let i = 0; i < n; i++) {
		const factor = (step[i]! - image[i]!) / scale;
		const values = matrixRow(inverse, i);
		for (let j = 0; j < n; j++) values[j]! += factor * row[j]!;
	}
}

function applied(m: Matrix, x: Float64Array): Float64Array {
	return Float64Array.from({ length: m.rows }, (_, i) => dot(matrixRow(m, i), x));
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
	return a.map((x, i) => x - b[i]!);
}
