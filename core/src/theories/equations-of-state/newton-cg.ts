/** Newton's method for the free energy, each step by conjugate gradients on Hessian-vector products. */
import type { Engine, Matrix } from "@finitude/engine";
import type { FreeEnergy, KernelState } from "./free-energy.ts";
import {
	combine,
	type Direction,
	geodesic,
	innerProduct,
	largestEntry,
	nudged,
	scaledCopy,
} from "./state-steps.ts";

/** A function of the kernels whose minimum is wanted. */
export interface Objective {
	/** Of the divergence of each layer: the metric is the sum of (N_l/2) tr(E E'). */
	readonly weights: readonly number[];
	/** Undefined where a matrix that must be positive definite is not. */
	at(state: KernelState): FreeEnergy | undefined;
}

export interface NewtonResult {
	readonly state: KernelState;
	readonly energy: FreeEnergy;
	/** Newton steps. */
	readonly iterations: number;
	/** Evaluations of S and its gradient. */
	readonly passes: number;
	/** The largest entry of the gradient. */
	readonly residual: number;
}

export interface NewtonSettings {
	/** Of the residual. */
	readonly tolerance: number;
	readonly largestSteps?: number;
	/** Called before every step. */
	readonly onStep?: (residual: number, passes: number) => void;
}

/** Truncation leaves h, rounding 1e-16/h of the product: both are 1e-8 here, and Newton's method needs no more. */
const ONE_SIDED_STEP = 1e-8;

/** Where the product itself is the result: a central difference leaves h^2 and 1e-16/h. */
const CENTRAL_STEP = 1e-5;

/** Conjugate gradients for one Newton step; more were never needed for P up to 400. */
const LARGEST_CONJUGATE_STEPS = 200;

/** exp(E) with eigenvalues of E beyond this would leave the region where the quadratic model means anything. */
const LARGEST_EXTENT = 1.5;

/** Sufficient decrease, as a fraction of the slope (Armijo). */
const SUFFICIENT_DECREASE = 1e-4;

/** S is a sum of terms of its own size: differences below this fraction of it are rounding. */
const ROUNDING_OF_ENERGY = 1e-11;

/** A step halved this often moves nothing in float64. */
const LARGEST_HALVINGS = 40;

/**
 * Minimizes S from a state where it is finite. Conjugate gradients stop at a residual of min(0.5, sqrt(residual)), at a
 * direction of negative curvature, or when the tolerance would be met; the step is shortened until every eigenvalue of E is
 * at most 1.5, then halved until S decreases (Nocedal and Wright 2006, Numerical optimization, algorithm 7.1).
 */
export function newtonCg(
	engine: Engine,
	objective: Objective,
	start: KernelState,
	startEnergy: FreeEnergy,
	{ tolerance, largestSteps = 100, onStep }: NewtonSettings,
): NewtonResult {
	let state = start;
	let energy = startEnergy;
	let passes = 1;
	for (let iterations = 0; ; iterations++) {
		const residual = largestEntry(energy.gradients);
		onStep?.(residual, passes);
		const here: NewtonResult = { state, energy, iterations, passes, residual };
		if (residual < tolerance || iterations >= largestSteps) return here;
		const accuracy = Math.max(Math.min(0.5, Math.sqrt(residual)), (0.5 * tolerance) / residual);
		const step = newtonStep(engine, objective, here, accuracy);
		const next = decrease(engine, objective, here, step.direction);
		passes += step.passes + next.passes;
		if (next.found === undefined) return { ...here, passes };
		({ state, energy } = next.found);
	}
}

/** An approximate solution of H x = -g, in the metric of the divergence. */
function newtonStep(
	engine: Engine,
	objective: Objective,
	{ state, energy }: NewtonResult,
	accuracy: number,
): { direction: Direction; passes: number } {
	const { weights } = objective;
	const g = energy.gradients;
	const x = scaledCopy(0, g);
	const r = scaledCopy(-1, g);
	const p = scaledCopy(-1, g);
	let rr = innerProduct(r, r, weights);
	const stop = accuracy * accuracy * rr;
	for (let k = 0; k < LARGEST_CONJUGATE_STEPS && rr > stop; k++) {
		const product = hessianProduct(engine, objective, state, energy, p);
		const curvature = product ? innerProduct(p, product, weights) : 0;
		if (product === undefined || curvature <= 0) return { direction: k === 0 ? r : x, passes: k + 1 };
		const alpha = rr / curvature;
		combine(x, 1, alpha, p);
		combine(r, 1, -alpha, product);
		const next = innerProduct(r, r, weights);
		if (next <= stop) return { direction: x, passes: k + 1 };
		combine(p, next / rr, 1, r);
		rr = next;
	}
	return { direction: x, passes: LARGEST_CONJUGATE_STEPS };
}

/** The first point along the direction, from the longest step allowed, at which S has decreased enough. */
function decrease(
	engine: Engine,
	objective: Objective,
	{ state, energy }: NewtonResult,
	direction: Direction,
): { found?: { state: KernelState; energy: FreeEnergy }; passes: number } {
	const path = geodesic(engine, state, direction);
	const slope = innerProduct(energy.gradients, direction, objective.weights);
	const rounding = ROUNDING_OF_ENERGY * Math.abs(energy.value);
	let length = Math.min(1, LARGEST_EXTENT / path.extent);
	for (let passes = 1; passes <= LARGEST_HALVINGS; passes++, length /= 2) {
		const trial = path.at(length);
		const trialEnergy = objective.at(trial);
		const bound = energy.value + SUFFICIENT_DECREASE * length * slope + rounding;
		if (trialEnergy && trialEnergy.value <= bound)
			return { found: { state: trial, energy: trialEnergy }, passes };
	}
	return { passes: LARGEST_HALVINGS };
}

/**
 * H p in the coordinates and the metric of `FreeEnergy.gradients`, by a difference of the gradient: one-sided, or central
 * where the product must be accurate. Undefined where the nudged state has no free energy.
 */
export function hessianProduct(
	engine: Engine,
	objective: Objective,
	state: KernelState,
	energy: FreeEnergy,
	p: Direction,
	{ central = false } = {},
): Matrix[] | undefined {
	const size = largestEntry(p);
	if (size === 0) return scaledCopy(0, p);
	const h = (central ? CENTRAL_STEP : ONE_SIDED_STEP) / size;
	const at = (s: number) => objective.at({ ...state, factors: nudged(engine, state.factors, p, s) });
	const ahead = at(h);
	const behind = central ? at(-h) : energy;
	const span = central ? 2 * h : h;
	if (ahead === undefined || behind === undefined) return undefined;
	const product = scaledCopy(1 / span, ahead.gradients);
	combine(product, 1, -1 / span, behind.gradients);
	return product;
}
