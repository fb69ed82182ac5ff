/** One scale for each layer, Q_1 ... Q_L, where they do not enter through their product: recursions `nested` and `full`. */
import {
	choleskyFactor,
	choleskyInverse,
	choleskySolve,
	dot,
	type Engine,
	logDeterminant,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	plus,
	plusDiagonal,
	scaled,
	transposed,
} from "@finitude/engine";
import type { PackedBlocks } from "../../kernels/kernel-blocks.ts";
import type { RenormalizedKernel } from "./renormalized-kernel.ts";
import type { StationaryPoint } from "./saddle-point.ts";

export interface LayerScalesProblem {
	/** C^(0) of the training points, packed. */
	readonly inputs: PackedBlocks;
	/** Of the training points. */
	readonly kernel: RenormalizedKernel;
	/** N_1 ... N_L. */
	readonly widths: readonly number[];
	/** y, P numbers. */
	readonly targets: Float64Array;
	/** kappa. */
	readonly noiseVariance: number;
	/** s_b^2 of the readout, added to every entry of A. */
	readonly readoutBiasVariance: number;
}

export interface LayerAction {
	/** S_tot. */
	readonly action: number;
	/** dS_tot/dtheta_l, theta_l = log Q_l. */
	readonly gradient: readonly number[];
	/** L x L. */
	readonly hessian: Matrix;
	/** Sums of the absolute values of the terms of the gradient. */
	readonly scales: readonly number[];
}

/**
 * Equation (10): S_tot = sum_l N_l (Q_l - log Q_l) + log det A + y^T A^-1 y, A = R + kappa I + s_b^2 1 1^T, and its derivatives
 * in theta. With W = A^-1 - b b^T and b = A^-1 y,
 *
 *     dS_l = N_l (Q_l - 1) + tr(W R_l),
 *     H_lm = N_l Q_l delta_lm + tr(W R_lm) - tr(A^-1 R_l A^-1 R_m) + 2 b^T R_l A^-1 R_m b.
 *
 * @param options `rough`: a Hessian good enough for Newton's steps
 * @returns undefined where A is not positive definite, as the first order of `full` may be far from Q = 1
 */
export function layerAction(
	engine: Engine,
	problem: LayerScalesProblem,
	theta: readonly number[],
	options?: { rough?: boolean },
): LayerAction | undefined {
	const { widths } = problem;
	const { value, first, second } = problem.kernel.derivatives(theta.slice(0, -1), options);
	const Q = theta.map(Math.exp);
	const top = Q[Q.length - 1]!;
	const unpack = (values: Float64Array) => scaled(problem.inputs.unpack(values).train, top);
	const R = unpack(value);
	const solved = solveTargets(engine, problem, R);
	if (solved === undefined) return undefined;
	const inverse = choleskyInverse(engine, solved.factor);
	const b = solved.dual.data;
	const W = plus(inverse, multiply(engine, solved.dual, solved.dual, { transposeB: true, alpha: -1 }));
	// R is proportional to Q_L: its derivatives with respect to theta_L are those without.
	const slopes = [...first.map(unpack), R];
	const bend = (l: number, m: number) => {
		const [upper, lower] = [Math.max(l, m), Math.min(l, m)];
		return upper === slopes.length - 1 ? slopes[lower]! : unpack(second[upper]![lower]!);
	};
	const products = slopes.map((slope) => multiply(engine, inverse, slope));
	const turned = products.map(transposed);
	const forces = slopes.map((slope) => multiply(engine, slope, solved.dual).data);
	const responses = products.map((product) => multiply(engine, product, solved.dual).data);
	const hessian = matrix(Q.length, Q.length);
	for (let l = 0; l < Q.length; l++) {
		for (let m = 0; m <= l; m++) {
			const entry =
				(l === m ? widths[l]! * Q[l]! : 0) +
				dot(W.data, bend(l, m).data) -
				dot(products[l]!.data, turned[m]!.data) +
				2 * dot(forces[l]!, responses[m]!);
			hessian.data[l * Q.length + m] = hessian.data[m * Q.length + l] = entry;
		}
	}
	return {
		action: prior(widths, theta) + logDeterminant(solved.factor) + dot(problem.targets, b),
		gradient: Q.map((q, l) => widths[l]! * (q - 1) + dot(W.data, slopes[l]!.data)),
		hessian,
		scales: Q.map(
			(q, l) => widths[l]! * (q + 1) + dot(inverse.data, slopes[l]!.data) + Math.abs(dot(forces[l]!, b)),
		),
	};
}

function prior(widths: readonly number[], theta: readonly number[]): number {
	return widths.reduce((sum, width, l) => sum + width * (Math.exp(theta[l]!) - theta[l]!), 0);
}

/** The factor of A = R + kappa I + s_b^2 1 1^T, and b = A^-1 y. */
function solveTargets(
	engine: Engine,
	{ targets, noiseVariance, readoutBiasVariance }: LayerScalesProblem,
	R: Matrix,
): { factor: Matrix; dual: Matrix } | undefined {
	const biased = matrix(
		R.rows,
		R.rows,
		R.data.map((x) => x + readoutBiasVariance),
	);
	const result = choleskyFactor(engine, plusDiagonal(biased, noiseVariance));
	if (!result.positiveDefinite) return undefined;
	const { factor } = result;
	return { factor, dual: choleskySolve(engine, factor, matrixFromColumn(targets)) };
}

const MOST_ITERATIONS = 100;

/** Residual beside the terms of the equations: rounding leaves about 1e-15 sqrt(P), the differences 1e-13. */
const CONVERGED = 1e-12;

/** An action is known to the rounding unit times the condition of A, some 1e5 at low noise; below that the residual decides. */
const ACTION_ROUNDING = 1e-10;

/** Two minima nearer than this in every log Q are one: Newton's method is in its quadratic range well before. */
const SAME_MINIMUM = 0.02;

/**
 * The minima that Newton's method reaches from the starts: damped so that the action falls, with steps of at most 1 in every
 * log Q. A start that comes near a known minimum is left.
 *
 * @param starts values of theta = (log Q_1 .. log Q_L)
 */
export function findLayerScales(
	engine: Engine,
	problem: LayerScalesProblem,
	starts: readonly (readonly number[])[],
): StationaryPoint[] {
	const found: StationaryPoint[] = [];
	const isKnown = (theta: readonly number[]) =>
		found.some(({ scales }) => scales.every((Q, l) => Math.abs(Math.log(Q) - theta[l]!) < SAME_MINIMUM));
	for (const start of starts) {
		const point = descend(engine, problem, start, isKnown);
		if (point !== undefined) found.push(point);
	}
	return found;
}

/** log Q of every layer, and the action there. */
interface LayerPoint {
	readonly theta: readonly number[];
	readonly here: LayerAction;
}

function descend(
	engine: Engine,
	problem: LayerScalesProblem,
	start: readonly number[],
	isKnown: (theta: readonly number[]) => boolean,
): StationaryPoint | undefined {
	const first = layerAction(engine, problem, start, { rough: true });
	if (first === undefined) return undefined;
	let { theta, here }: LayerPoint = { theta: start, here: first };
	let iterations = 0;
	while (iterations < MOST_ITERATIONS && residualOf(here) > CONVERGED) {
		if (isKnown(theta)) return undefined;
		const next = downhill(engine, problem, theta, here);
		// Where rounding hides the change of the action, the residual decides.
		if (!next || !(next.here.action < here.action || residualOf(next.here) < residualOf(here))) break;
		({ theta, here } = next);
		iterations++;
	}
	if (isKnown(theta)) return undefined;
	const { hessian } = layerAction(engine, problem, theta)!;
	return {
		scale: Math.exp(theta.reduce((a, b) => a + b, 0)),
		scales: theta.map(Math.exp),
		action: here.action,
		...logCurvature(engine, hessian, problem.widths),
		residual: Math.max(...here.gradient.map(Math.abs)),
		relativeResidual: residualOf(here),
		iterations,
	};
}

/** Newton's step, turned toward the gradient in units of the widths until the action falls; undefined where none does. */
function downhill(
	engine: Engine,
	problem: LayerScalesProblem,
	theta: readonly number[],
	{ action, gradient, hessian, scales }: LayerAction,
): LayerPoint | undefined {
	const { widths } = problem;
	const rounding = ACTION_ROUNDING * Math.max(...scales, Math.abs(action));
	for (let damping = 0; damping < 1e12; damping = damping === 0 ? 1e-2 : 10 * damping) {
		const damped = matrix(hessian.rows, hessian.rows, hessian.data.slice());
		widths.forEach((width, l) => {
			damped.data[l * widths.length + l]! += damping * width;
		});
		const result = choleskyFactor(engine, damped);
		if (!result.positiveDefinite) continue;
		const step = choleskySolve(engine, result.factor, matrixFromColumn(Float64Array.from(gradient))).data;
		const limit = Math.min(1, 1 / Math.max(...step.map(Math.abs)));
		const next = theta.map((t, l) => t - limit * step[l]!);
		const here = layerAction(engine, problem, next, { rough: true });
		if (here && here.action <= action + rounding) return { theta: next, here };
	}
	return undefined;
}

function residualOf({ gradient, scales }: LayerAction): number {
	return Math.max(...gradient.map((g, l) => Math.abs(g) / scales[l]!));
}

/** log det (H_lm / sqrt(N_l N_m)), where H is positive definite. */
function logCurvature(engine: Engine, hessian: Matrix, widths: readonly number[]): { logCurvature?: number } {
	const result = choleskyFactor(engine, hessian);
	if (!result.positiveDefinite) return {};
	return {
		logCurvature: logDeterminant(result.factor) - widths.reduce((sum, width) => sum + Math.log(width), 0),
	};
}
