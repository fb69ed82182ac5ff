import {
	choleskyFactor,
	choleskySolve,
	diagonal,
	dot,
	type Engine,
	gram,
	identity,
	logDeterminant,
	type Matrix,
	matrix,
	matrixFromColumn,
	multiply,
	plusDiagonal,
	solveLower,
} from "@finitude/engine";
import type { Convergence } from "../../../answer/answer.ts";
import { combine, largestMagnitude, norm } from "../vectors.ts";
import { conjugateGradientStep } from "./conjugate-gradients.ts";

/** Points as stacks of M windows with S inputs each, and how their kernel enters. */
export interface KernelSaddleProblem {
	/** n x (M S), window after window. */
	readonly inputs: Matrix;
	readonly biasInput: Float64Array;
	readonly patch: number;
	readonly targets: Float64Array;
	readonly variance: number;
	readonly units: number;
	readonly readoutBiasVariance: number;
	readonly noiseVariance: number;
}

export interface FilterSaddle {
	/** Lower triangular L with Sg = L L^T, the second moment (1/C) sum_c w_c w_c^T of the filters. */
	readonly root: Matrix;
	/** g = (K + kappa)^-1 y, n numbers. */
	readonly discrepancy: Float64Array;
	readonly convergence: Convergence;
}

/** A saddle is accepted when (11), whitened by L, holds to this fraction of its largest term. */
const RESIDUAL_TOLERANCE = 1e-10;
const MAXIMUM_STEPS = 200;
const ARMIJO = 1e-4;
const SHORTEST_STEP = 2 ** -40;

/**
 * The minimum over Sg of (10) in docs/theories/self-consistent.md,
 * (1/2) y^T (K + kappa)^-1 y + (1/2) ln det(K + kappa) + (C/2)(tr Sg - ln det Sg), K_ab = lam tr(X_a Sg X_b^T), from Sg = I.
 *
 * Newton's method in the natural metric of positive definite matrices: Sg = L exp(D) L^T, the step D by conjugate gradients
 * (whose first direction is the natural gradient), its length by Armijo's rule. Sg stays positive definite by construction.
 */
export function filterSaddle(
	engine: Engine,
	problem: KernelSaddleProblem,
	onProgress?: (fraction: number, message: string) => void,
): FilterSaddle {
	let state = filterState(engine, problem, identity(problem.patch))!;
	let iterations = 0;
	// Rounding stops the descent: one or two steps beyond the tolerance.
	for (; iterations < MAXIMUM_STEPS && norm(state.gradient) > 0; iterations++) {
		onProgress?.(iterations / MAXIMUM_STEPS, "kernel saddle");
		const next = descend(engine, problem, state);
		if (next === undefined) break;
		state = next;
	}
	const residual = (2 / problem.units) * largestMagnitude(state.gradient);
	return {
		root: state.root,
		discrepancy: state.discrepancy,
		convergence: { converged: residual <= RESIDUAL_TOLERANCE * state.scale, iterations, residual },
	};
}

interface FilterState {
	readonly root: Matrix;
	readonly action: number;
	/** dE/dD at D = 0, S x S symmetric. */
	readonly gradient: Float64Array;
	readonly discrepancy: Float64Array;
	/** Largest term of the residual of (11). */
	readonly scale: number;
	/** The inputs times L, whitened over the points by the Cholesky factor of K + kappa: n x (M S). */
	readonly whitened: Matrix;
	/** The targets, whitened likewise. */
	readonly whitenedTargets: Float64Array;
}

function filterState(engine: Engine, problem: KernelSaddleProblem, root: Matrix): FilterState | undefined {
	const { patch, variance, units, noiseVariance, targets } = problem;
	const inputs = filtered(engine, problem.inputs, root);
	const cholesky = choleskyFactor(engine, plusDiagonal(saddleKernel(engine, inputs, problem), noiseVariance));
	if (!cholesky.positiveDefinite) return undefined;
	const { factor } = cholesky;
	const whitened = solveLower(engine, factor, inputs);
	const whitenedTargets = solveLower(engine, factor, matrixFromColumn(targets)).data;
	const ownMoment = gram(engine, root, { transposeA: true });
	const pull = multiply(engine, matrixFromColumn(whitenedTargets), whitened, { transposeA: true });
	const pulled = gram(engine, matrix(pull.columns / patch, patch, pull.data), { transposeA: true });
	const shrunk = gram(engine, matrix(whitened.data.length / patch, patch, whitened.data), {
		transposeA: true,
	});
	const gradient = ownMoment.data.map((x, i) => {
		const prior = i % (patch + 1) === 0 ? 1 : 0;
		return (units / 2) * (x - prior) - (variance / 2) * (pulled.data[i]! - shrunk.data[i]!);
	});
	const logRoot = diagonal(root).reduce((sum, x) => sum + Math.log(x), 0);
	return {
		root,
		action:
			dot(whitenedTargets, whitenedTargets) / 2 +
			logDeterminant(factor) / 2 +
			(units / 2) * (dot(root.data, root.data) - 2 * logRoot),
		gradient,
		discrepancy: choleskySolve(engine, factor, matrixFromColumn(targets)).data,
		scale: Math.max(1, largestMagnitude(ownMoment.data)),
		whitened,
		whitenedTargets,
	};
}

/** K over the points whose inputs were multiplied by L, with the readout bias. */
export function saddleKernel(
	engine: Engine,
	inputs: Matrix,
	{
		variance,
		readoutBiasVariance,
		biasInput,
	}: Pick<KernelSaddleProblem, "variance" | "readoutBiasVariance" | "biasInput">,
): Matrix {
	const kernel = gram(engine, inputs, { alpha: variance });
	const n = kernel.rows;
	for (let i = 0; i < n; i++) {
		for (let j = 0; j < n; j++)
			kernel.data[i * n + j]! += readoutBiasVariance * biasInput[i]! * biasInput[j]!;
	}
	return kernel;
}

/** Every window times L. */
export function filtered(engine: Engine, inputs: Matrix, root: Matrix): Matrix {
	const count = inputs.data.length / root.rows;
	const result = multiply(engine, matrix(count, root.rows, inputs.data), root);
	return matrix(inputs.rows, (count / inputs.rows) * root.columns, result.data);
}

function descend(engine: Engine, problem: KernelSaddleProblem, state: FilterState): FilterState | undefined {
	const { units } = problem;
	const step = conjugateGradientStep(
		(direction) => curvature(engine, problem, state, direction),
		state.gradient,
		// Looser than the gradient's own size early on, tight near the solution: superlinear convergence.
		Math.min(0.1, norm(state.gradient) / units),
	);
	const slope = dot(state.gradient, step);
	for (let length = 1; length >= SHORTEST_STEP; length /= 2) {
		const root = retracted(engine, state.root, step, length);
		const next = root && filterState(engine, problem, root);
		if (next === undefined) continue;
		if (next.action <= state.action + ARMIJO * length * slope && next.action < state.action) return next;
		// Near the minimum the action changes by less than its rounding, and only the gradient shows the progress.
		if (length === 1 && norm(next.gradient) < norm(state.gradient) / 2) return next;
	}
	return undefined;
}

/**
 * The second derivative of the action along D at a stationary point: (C/2) D + lam sum_ab V_ab X_a^T X_b with
 * V = (1/2)(R dK g g^T + g g^T dK R - R dK R), R = (K + kappa)^-1. Away from it a term with the gradient is left out: the steps
 * remain descent steps, and it vanishes where speed matters.
 */
function curvature(
	engine: Engine,
	{ patch, variance, units }: KernelSaddleProblem,
	{ whitened, whitenedTargets: y }: FilterState,
	direction: Float64Array,
): Float64Array {
	const n = whitened.rows;
	const stack = (m: Matrix) => matrix(m.data.length / patch, patch, m.data);
	const moved = filtered(engine, whitened, matrix(patch, patch, direction));
	const change = multiply(engine, moved, whitened, { transposeB: true, alpha: variance });
	const along = multiply(engine, change, matrixFromColumn(y)).data;
	const weights = matrix(n, n);
	for (let a = 0; a < n; a++) {
		for (let b = 0; b < n; b++) {
			weights.data[a * n + b] = (along[a]! * y[b]! + y[a]! * along[b]! - change.data[a * n + b]!) / 2;
		}
	}
	const response = multiply(engine, stack(whitened), stack(multiply(engine, weights, whitened)), {
		transposeA: true,
		alpha: variance,
	});
	return direction.map((d, i) => {
		const mirrored = (i % patch) * patch + Math.floor(i / patch);
		return (units / 2) * d + (response.data[i]! + response.data[mirrored]!) / 2;
	});
}

/** The lower factor of L (I + s D + s^2 D^2/2) L^T, which equals L exp(s D) L^T to second order and is always positive definite. */
function retracted(engine: Engine, root: Matrix, step: Float64Array, length: number): Matrix | undefined {
	const size = root.rows;
	const shifted = matrix(size, size, combine(identity(size).data, length, step));
	const square = gram(engine, shifted);
	for (let i = 0; i < size; i++) square.data[i * size + i]! += 1;
	const cholesky = choleskyFactor(
		engine,
		matrix(
			size,
			size,
			square.data.map((x) => x / 2),
		),
	);
	return cholesky.positiveDefinite ? multiply(engine, root, cholesky.factor) : undefined;
}
