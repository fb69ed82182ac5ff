import {
	type Engine,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	symmetricEigen,
} from "@finitude/engine";
import { broydenDirections } from "./broyden.ts";
import type { CumulantFunction } from "./cumulant-function.ts";
import {
	type DiscrepancyRoot,
	newtonStep,
	precisionFactor,
	RESIDUAL_TOLERANCE,
	SHORTEST_STEP,
} from "./tree.ts";
import { combine, largestMagnitude, norm } from "./vectors.ts";

/** Newton is stopped here; where there is a root near the tree, 5 to 100 steps are usual. */
const MAXIMUM_STEPS = 500;

/** The residual must shrink by this fraction of the step length: any decrease counts. */
const DECREASE = 1e-4;

/** Step of the central differences over the largest |tau|: truncation and rounding then both stay near 1e-10 of the Jacobian. */
const DIFFERENCE_STEP = 1e-5;

/** A root of the loop equation, with the Cholesky factor of kappa I + W'' there. */
export interface LoopRoot extends DiscrepancyRoot {
	readonly factor: Matrix;
}

export interface LoopOptions {
	/** Try Broyden's method first: far fewer residuals where n is large, or where the start is close to the root. */
	readonly quasiNewton?: boolean;
	readonly onProgress?: ((fraction: number, message: string) => void) | undefined;
}

/**
 * The saddle point with its first fluctuation correction, kappa tau + W'(tau) - (1/2) W'''_{.ab}(tau) Lam_ab = y with
 * Lam = (kappa I + W'')^-1 (equation 4 of docs/theories/self-consistent.md), by Newton steps from the tree's tau, halved until
 * the norm of the residual decreases.
 *
 * First with the Jacobian of the whole equation by central differences, 2 n residuals a step; where that stops, from the tree
 * again with kappa I + W'' alone. At small width there may be no root, or none that is found: `converged` is then false.
 *
 * @param start the tree's tau, or a root of an equation close by
 * @param targets y, n numbers
 */
export function solveLoop(
	engine: Engine,
	cumulant: CumulantFunction,
	targets: Float64Array,
	noiseVariance: number,
	start: Float64Array,
	{ quasiNewton = false, onProgress }: LoopOptions = {},
): LoopRoot {
	const evaluate = (tau: Float64Array) => loopState(engine, cumulant, targets, noiseVariance, tau);
	const tolerance = RESIDUAL_TOLERANCE * norm(targets);
	const attempt = (direction: Direction) =>
		iterate(evaluate, direction, evaluate(start)!, tolerance, onProgress);
	if (quasiNewton) {
		const quick = attempt(broydenDirections(engine));
		if (quick.converged) return quick;
	}
	const first = attempt((state) => fullNewtonStep(engine, evaluate, state));
	if (first.converged) return first;
	const second = attempt((state) => newtonStep(engine, state.factor, state.residual));
	return second.converged || second.residual < first.residual ? second : first;
}

interface LoopState {
	readonly tau: Float64Array;
	readonly residual: Float64Array;
	readonly factor: Matrix;
}

type Direction = (state: LoopState) => Float64Array | undefined;

function loopState(
	engine: Engine,
	cumulant: CumulantFunction,
	targets: Float64Array,
	noiseVariance: number,
	tau: Float64Array,
): LoopState | undefined {
	const point = cumulant.at(tau);
	const factor = point && precisionFactor(engine, point, noiseVariance);
	if (factor === undefined) return undefined;
	const third = point!.contractThird(factor);
	const residual = tau.map((x, i) => noiseVariance * x + point!.gradient[i]! - third[i]! / 2 - targets[i]!);
	return residual.every(Number.isFinite) ? { tau, residual, factor } : undefined;
}

function iterate(
	evaluate: (tau: Float64Array) => LoopState | undefined,
	direction: Direction,
	start: LoopState,
	tolerance: number,
	onProgress?: (fraction: number, message: string) => void,
): LoopRoot {
	let state = start;
	let iterations = 0;
	for (; iterations < MAXIMUM_STEPS && norm(state.residual) > tolerance; iterations++) {
		onProgress?.(iterations / MAXIMUM_STEPS, "loop equation");
		const step = direction(state);
		const next = step && decreased(evaluate, state, step);
		if (next === undefined) break;
		state = next;
	}
	return {
		tau: state.tau,
		factor: state.factor,
		converged: norm(state.residual) <= tolerance,
		iterations,
		residual: largestMagnitude(state.residual),
	};
}

function decreased(
	evaluate: (tau: Float64Array) => LoopState | undefined,
	state: LoopState,
	step: Float64Array,
): LoopState | undefined {
	for (let length = 1; length >= SHORTEST_STEP; length /= 2) {
		const next = evaluate(combine(state.tau, length, step));
		if (next !== undefined && norm(next.residual) <= (1 - DECREASE * length) * norm(state.residual))
			return next;
	}
	return undefined;
}

/**
 * -J^-1 r. The equation is the gradient of kappa |tau|^2/2 + W - tau . y - (1/2) ln det(kappa I + W''), so J is symmetric, but
 * not positive definite far from the tree: it is inverted by its eigenvectors.
 *
 * @returns undefined where a difference leaves the domain or J is singular
 */
function fullNewtonStep(
	engine: Engine,
	evaluate: (tau: Float64Array) => LoopState | undefined,
	{ tau, residual }: LoopState,
): Float64Array | undefined {
	const n = tau.length;
	const h = DIFFERENCE_STEP * largestMagnitude(tau);
	const jacobian = matrix(n, n);
	for (let j = 0; j < n; j++) {
		const [above, below] = [h, -h].map((shift) => evaluate(tau.map((x, i) => (i === j ? x + shift : x))));
		if (above === undefined || below === undefined) return undefined;
		for (let i = 0; i < n; i++) {
			const half = (above.residual[i]! - below.residual[i]!) / (4 * h);
			jacobian.data[i * n + j]! += half;
			jacobian.data[j * n + i]! += half;
		}
	}
	if (!jacobian.data.every(Number.isFinite)) return undefined;
	const { values, vectors } = symmetricEigen(engine, jacobian);
	if (values.includes(0)) return undefined;
	const modes = multiply(engine, vectors, matrixFromColumn(residual), { transposeA: true });
	return multiply(engine, vectors, matrixFromColumn(modes.data.map((r, k) => -r / values[k]!))).data;
}
