import { dot } from "@finitude/engine";
import { combine, norm } from "../vectors.ts";

/** Enough for the few distinct curvatures of these problems; a step cut short is still a descent step. */
const MAXIMUM_ITERATIONS = 200;

/**
 * A descent step: -H^-1 g by conjugate gradients from zero, cut short at the first direction of negative curvature (Steihaug
 * 1983, SIAM J. Numer. Anal. 20, 626); -g itself when that is the first one.
 *
 * @param apply H x for a symmetric H
 * @param tolerance the residual wanted, relative to |g|
 */
export function conjugateGradientStep(
	apply: (x: Float64Array) => Float64Array,
	gradient: Float64Array,
	tolerance: number,
): Float64Array {
	let step: Float64Array = new Float64Array(gradient.length);
	let residual: Float64Array = gradient.map((x) => -x);
	let direction = residual;
	let square = dot(residual, residual);
	const target = tolerance * norm(gradient);
	for (let iteration = 0; iteration < MAXIMUM_ITERATIONS && Math.sqrt(square) > target; iteration++) {
		const image = apply(direction);
		const curvature = dot(direction, image);
		if (!(curvature > 0)) return iteration === 0 ? direction : step;
		const length = square / curvature;
		step = combine(step, length, direction);
		residual = combine(residual, -length, image);
		const next = dot(residual, residual);
		direction = combine(residual, next / square, direction);
		square = next;
	}
	return step;
}
