/** The saddle of a linear network by a damped fixed point of its output kernel. */
import {
	choleskyFactor,
	type Engine,
	type Matrix,
	matrix,
	multiply,
	solveLower,
	symmetricEigen,
	symmetricPart,
	transposed,
} from "@finitude/engine";
import { relativeDistance } from "../../../../diagnostics/distance.ts";
import { iterateLinear, type LinearIteration, type LinearProblem } from "./kernel-map.ts";

/** One saddle, in the coordinates of its problem. */
export interface LinearSaddle extends LinearIteration {
	/** K, r x r. */
	readonly kernel: Matrix;
	readonly iterations: number;
	/** |K_new - K| / |K|, Frobenius norms. */
	readonly residual: number;
	readonly converged: boolean;
}

/** The residual that is sought; where rounding keeps it above that, it counts as solved below the second number. */
const [SOUGHT, SOLVED] = [1e-12, 1e-9];

const MOST_ITERATIONS = 5000;

/** The iteration is at the rounding error when so many steps have not lowered the smallest residual. */
const PATIENCE = 200;

/**
 * Parts of theta = 1/(1 + L), tried in turn. A step theta is stable while no mode of K answers with a slope below 1 - 2/theta; at
 * strong learning, labels far above the noise, slopes of -5 (L = 1) to -35 (L = 4) occur, always real and negative.
 */
const STEP_PARTS = [1, 1 / 4, 1 / 16];

/**
 * K <- K^{1/2} (K^{-1/2} K_new K^{-1/2})^theta K^{1/2} with theta = 1/(1 + L), from a positive definite start; from there again
 * in shorter steps where these do not converge.
 *
 * @returns the iteration that came closest; undefined where the equations do not exist at the start
 */
export function findLinearSaddle(
	engine: Engine,
	problem: LinearProblem,
	start: Matrix,
): LinearSaddle | undefined {
	let closest: LinearSaddle | undefined;
	for (const part of STEP_PARTS) {
		const theta = part / (1 + problem.layers.length);
		const saddle = iterateToSaddle(engine, problem, start, theta);
		if (saddle === undefined) return undefined;
		if (closest === undefined || saddle.residual < closest.residual) closest = saddle;
		if (closest.converged) break;
	}
	return closest;
}

function iterateToSaddle(
	engine: Engine,
	problem: LinearProblem,
	start: Matrix,
	theta: number,
): LinearSaddle | undefined {
	let best: LinearSaddle | undefined;
	let kernel = start;
	for (let iterations = 0; iterations <= MOST_ITERATIONS; iterations++) {
		const here = iterateLinear(engine, problem, kernel);
		if (here === undefined) break;
		const residual = relativeDistance(here.next, kernel) ?? Number.POSITIVE_INFINITY;
		if (best === undefined || residual < best.residual) {
			best = { ...here, kernel, iterations, residual, converged: residual <= SOLVED };
		}
		if (residual <= SOUGHT || iterations - best.iterations >= PATIENCE) break;
		const next = geodesicStep(engine, kernel, here.next, theta);
		if (next === undefined) break;
		kernel = next;
	}
	return best;
}

/**
 * The point at a fraction of the way from K to K_new on the geodesic of positive definite matrices. Where K_new is not positive
 * definite the way goes to (K + K_new)/2, and so on. With K = F F^T, F any root, the powers are those of F^-1 K_new F^-T.
 */
function geodesicStep(engine: Engine, kernel: Matrix, next: Matrix, fraction: number): Matrix | undefined {
	const cholesky = choleskyFactor(engine, kernel);
	if (!cholesky.positiveDefinite) return undefined;
	const { factor } = cholesky;
	const half = transposed(solveLower(engine, factor, next));
	const { values, vectors } = symmetricEigen(engine, symmetricPart(solveLower(engine, factor, half)));
	// Averages with K have the same eigenvectors.
	while (values[0]! <= 0) for (let k = 0; k < values.length; k++) values[k] = (1 + values[k]!) / 2;
	const r = kernel.rows;
	const image = multiply(engine, factor, vectors);
	const stretched = matrix(r, r, image.data.slice());
	stretched.data.forEach((x, at) => {
		stretched.data[at] = x * values[at % r]! ** fraction;
	});
	return symmetricPart(multiply(engine, stretched, image, { transposeB: true }));
}
