import {
	choleskyFactor,
	choleskySolve,
	dot,
	type Engine,
	type Matrix,
	matrixFromColumn,
	plusDiagonal,
} from "@finitude/engine";
import type { CumulantFunction, CumulantPoint } from "./cumulant-function.ts";
import { combine, largestMagnitude, norm } from "./vectors.ts";

/** Where an equation for tau was left. */
export interface DiscrepancyRoot {
	/** n coordinates. */
	readonly tau: Float64Array;
	readonly converged: boolean;
	readonly iterations: number;
	/** The largest absolute entry of the equation's residual. */
	readonly residual: number;
}

/** A root is accepted when |residual| is below this fraction of |y|. */
export const RESIDUAL_TOLERANCE = 1e-11;

/** About 8 steps are usual, a few dozen close to the edge of the domain. */
const MAXIMUM_STEPS = 200;

/** Sufficient decrease (Armijo): the usual fraction of what the slope promises. */
const ARMIJO = 1e-4;

/** The smallest step length tried: below it rounding decides. */
export const SHORTEST_STEP = 2 ** -40;

/**
 * The saddle point kappa tau + W'(tau) = y (equation 1 of docs/theories/self-consistent.md): the minimum of the strictly convex
 * function kappa |tau|^2/2 + W(tau) - tau . y, by damped Newton steps from tau = 0. Steps that leave the domain of W are halved.
 *
 * Newton goes on until rounding stops it, which costs one or two steps beyond `RESIDUAL_TOLERANCE`.
 *
 * @param targets y, n numbers
 * @param start in the domain of W; tau = 0 is, and is the default
 */
export function solveTree(
	engine: Engine,
	cumulant: CumulantFunction,
	targets: Float64Array,
	noiseVariance: number,
	start: Float64Array = new Float64Array(targets.length),
): DiscrepancyRoot {
	const scale = norm(targets);
	let state = treeState(cumulant, targets, noiseVariance, start)!;
	let iterations = 0;
	for (; iterations < MAXIMUM_STEPS && norm(state.residual) > 4 * Number.EPSILON * scale; iterations++) {
		const factor = precisionFactor(engine, state.point, noiseVariance);
		if (factor === undefined) break;
		// A root that is good enough is polished by whole steps only: shorter ones would not improve on rounding.
		const shortest = norm(state.residual) > RESIDUAL_TOLERANCE * scale ? SHORTEST_STEP : 1;
		const step = newtonStep(engine, factor, state.residual);
		const next = descend(cumulant, targets, noiseVariance, state, step, shortest);
		if (next === undefined) break;
		state = next;
	}
	return {
		tau: state.tau,
		converged: norm(state.residual) <= RESIDUAL_TOLERANCE * scale,
		iterations,
		residual: largestMagnitude(state.residual),
	};
}

/** The lower Cholesky factor of kappa I + W'', or undefined where rounding makes it indefinite. */
export function precisionFactor(
	engine: Engine,
	point: CumulantPoint,
	noiseVariance: number,
): Matrix | undefined {
	const result = choleskyFactor(engine, plusDiagonal(point.hessian(), noiseVariance));
	return result.positiveDefinite ? result.factor : undefined;
}

/** -(kappa I + W'')^-1 r. */
export function newtonStep(engine: Engine, factor: Matrix, residual: Float64Array): Float64Array {
	return choleskySolve(engine, factor, matrixFromColumn(residual.map((r) => -r))).data;
}

interface TreeState {
	readonly tau: Float64Array;
	readonly point: CumulantPoint;
	/** kappa |tau|^2/2 + W - tau . y. */
	readonly action: number;
	/** kappa tau + W' - y, the gradient of the action. */
	readonly residual: Float64Array;
}

function treeState(
	cumulant: CumulantFunction,
	targets: Float64Array,
	noiseVariance: number,
	tau: Float64Array,
): TreeState | undefined {
	const point = cumulant.at(tau);
	if (point === undefined) return undefined;
	return {
		tau,
		point,
		action: (noiseVariance * dot(tau, tau)) / 2 + point.value - dot(tau, targets),
		residual: tau.map((x, i) => noiseVariance * x + point.gradient[i]! - targets[i]!),
	};
}

/** The first of the halved steps that decreases the action enough; undefined when rounding hides every decrease. */
function descend(
	cumulant: CumulantFunction,
	targets: Float64Array,
	noiseVariance: number,
	state: TreeState,
	step: Float64Array,
	shortest: number,
): TreeState | undefined {
	const slope = dot(state.residual, step);
	for (let length = 1; length >= shortest; length /= 2) {
		const next = treeState(cumulant, targets, noiseVariance, combine(state.tau, length, step));
		if (next === undefined) continue;
		if (next.action <= state.action + ARMIJO * length * slope && slope < 0 && next.action < state.action)
			return next;
		// Near the minimum the action changes by less than its rounding, and only the residual shows the progress.
		if (length === 1 && norm(next.residual) < norm(state.residual) / 2) return next;
	}
	return undefined;
}
