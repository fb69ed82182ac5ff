/** The free energy S of the layer kernels and its gradient: one pass up and one pass down the network. */
import {
	choleskyFactor,
	dot,
	type Engine,
	gram,
	type Matrix,
	matrix,
	multiply,
	solveLower,
	transposed,
} from "@finitude/engine";
import { inputCotangent, inputCovariances } from "./input-layer.ts";
import type { Objective } from "./newton-cg.ts";
import type { PairMap, SiteCovariances } from "./pair-map.ts";
import { symmetricPart, trace } from "./state-steps.ts";

/**
 * A point in the space of kernels. The first kernel is S, the posterior covariance of a unit's whitened weights (prior: the
 * r x r identity); the others are K_2 .. K_L over sites. Each is F F^T with any square F.
 */
export interface KernelState {
	/** F of each layer. */
	readonly factors: readonly Matrix[];
	/** log det of each F F^T. */
	readonly logDeterminants: readonly number[];
}

/** The part of S above the output kernel, and its derivative (5). Undefined where Q_f + kappa I is not positive definite. */
export type OutputTerm = (
	engine: Engine,
	outputKernel: Matrix,
) => { readonly value: number; readonly cotangent: Matrix } | undefined;

/** The layers below the output, at the points whose kernels are the state. */
export interface LayerModel {
	/** One for each layer. */
	readonly maps: readonly PairMap[];
	/** Z: J_1 P x r, whitened inputs of the training points at every position. */
	readonly inputs: Matrix;
	/** Of the divergence of each layer: N_l, or nu_l of a deep kernel machine. */
	readonly weights: readonly number[];
	/** Added to the diagonal of Q_l, l = 2..L; entry 0 is for Q_2. */
	readonly jitters: readonly number[];
	/** U_l, n_l x r_l with orthonormal columns, where every Q_l has the range of U_l only; entry 0 is for Q_2. */
	readonly ranges: readonly (Matrix | undefined)[];
}

/** What S depends on besides the kernels. */
export interface FreeEnergyModel extends LayerModel {
	readonly output: OutputTerm;
}

/** S and its derivatives at one state. */
export interface FreeEnergy {
	readonly value: number;
	/**
	 * Of each layer (2/N_l) F^T (dS/dK_l) F = F^T (Q_l^-1 + B_l) F - I: the gradient in the coordinates K = F (I + E) F^T and
	 * the metric (N_l/2) tr(E E'). Zero at a solution of the equations of state (3), (4).
	 */
	readonly gradients: readonly Matrix[];
}

/** Everything below the output at one state. */
export interface LayerKernels {
	/** K_l at the pairs that the layer above reads. */
	readonly sites: readonly SiteCovariances[];
	/** C_l = chol(Q_l), l = 2..L, reduced to the range and with jitter. */
	readonly priorFactors: readonly Matrix[];
	/** F_l with K_l = F_l F_l^T over all sites, l = 2..L. */
	readonly factors: readonly Matrix[];
	/** Q_f */
	readonly output: Matrix;
}

/** Equation (1), from the first layer up. Undefined where a Q_l is not positive definite. */
export function layerKernels(
	engine: Engine,
	model: LayerModel,
	relative: readonly Matrix[],
): LayerKernels | undefined {
	const { maps, inputs, ranges } = model;
	const sites = [inputCovariances(engine, maps[0]!.layer, inputs, relative[0]!)];
	let above = maps[0]!.forward(engine, sites[0]!);
	const priorFactors: Matrix[] = [];
	const factors: Matrix[] = [];
	for (let l = 1; l < maps.length; l++) {
		const prior = choleskyFactor(engine, priorInRange(engine, model, above, l));
		if (!prior.positiveDefinite) return undefined;
		priorFactors.push(prior.factor);
		const inRange = multiply(engine, prior.factor, relative[l]!);
		const range = ranges[l - 1];
		factors.push(range ? multiply(engine, range, inRange) : inRange);
		sites.push(maps[l]!.pick(gram(engine, factors[l - 1]!)));
		above = maps[l]!.forward(engine, sites[l]!);
	}
	return { sites, priorFactors, factors, output: above };
}

/** Q_l as the divergence sees it: in the coordinates of its range, with jitter on its diagonal. */
export function priorInRange(
	engine: Engine,
	{ ranges, jitters }: LayerModel,
	kernel: Matrix,
	l: number,
): Matrix {
	const range = ranges[l - 1];
	const reduced = range
		? multiply(engine, range, multiply(engine, kernel, range), { transposeA: true })
		: matrix(kernel.rows, kernel.columns, kernel.data.slice());
	for (let i = 0; i < reduced.rows; i++) reduced.data[i * reduced.columns + i]! += jitters[l - 1]!;
	return reduced;
}

/**
 * S of equation (2) and its gradient. Undefined where a matrix that must be positive definite is not.
 */
export function freeEnergy(
	engine: Engine,
	model: FreeEnergyModel,
	state: KernelState,
	{ fixed = false } = {},
): FreeEnergy | undefined {
	const { maps, weights, ranges } = model;
	const kernels = layerKernels(engine, model, state.factors);
	if (kernels === undefined) return undefined;
	const { sites, priorFactors, factors, output } = kernels;
	const top = model.output(engine, output);
	if (top === undefined) return undefined;
	let value = top.value;
	let cotangent = top.cotangent;
	const gradients: Matrix[] = [];
	for (let l = maps.length - 1; l >= 0; l--) {
		const T = state.factors[l]!;
		const weight = weights[l]!;
		const divergence = gram(engine, T, { transposeA: true });
		value += (weight / 2) * divergenceValue(engine, divergence, state.logDeterminants[l]!);
		if (l === 0) {
			const below = maps[0]!.backward(engine, sites[0]!, cotangent);
			const pull = inputCotangent(engine, maps[0]!.layer, model.inputs, below);
			const change = multiply(engine, T, multiply(engine, pull, T), { transposeA: true });
			gradients.unshift(naturalGradient(divergence, change, 2 / weight));
			break;
		}
		const range = ranges[l - 1];
		const pull = maps[l]!.cotangent(engine, sites[l]!, cotangent);
		const pulled = multiply(engine, pull, factors[l - 1]!);
		const C = priorFactors[l - 1]!;
		const Y = multiply(engine, C, range ? multiply(engine, range, pulled, { transposeA: true }) : pulled, {
			transposeA: true,
		});
		gradients.unshift(naturalGradient(divergence, multiply(engine, T, Y, { transposeA: true }), 2 / weight));
		const reduced = fixed
			? fixedCotangent(engine, C, T, weight)
			: priorCotangent(engine, C, multiply(engine, Y, T, { transposeB: true }));
		cotangent = range
			? multiply(engine, range, multiply(engine, reduced, range, { transposeB: true }))
			: reduced;
	}
	return { value, gradients };
}

/** S as a function to minimize. */
export function freeEnergyObjective(engine: Engine, model: FreeEnergyModel): Objective {
	return { weights: model.weights, at: (state) => freeEnergy(engine, model, state) };
}

/** Of |M|: above it the terms of tr M - logdet(I + M) do not cancel to fewer than ten digits. */
const SMALL_DIVERGENCE = 1e-3;

/**
 * tr(I + M) - logdet(I + M) - n, I + M = T^T T. Near infinite width M is small, and the difference, to be multiplied by a
 * large weight, would be rounding: there the series tr M^2/2 - tr M^3/3 + tr M^4/4, right to 1e-9 of itself.
 *
 * @param logDeterminant of I + M
 */
export function divergenceValue(engine: Engine, divergence: Matrix, logDeterminant: number): number {
	const n = divergence.rows;
	const M = matrix(n, n, divergence.data.slice());
	for (let i = 0; i < n; i++) M.data[i * n + i]! -= 1;
	const square = dot(M.data, M.data);
	if (square > SMALL_DIVERGENCE ** 2) return trace(M) - logDeterminant;
	const M2 = gram(engine, M);
	return square / 2 - dot(M2.data, M.data) / 3 + dot(M2.data, M2.data) / 4;
}

/** dS/dQ at fixed T: C^-T sym(tril(C^T dS/dC)) C^-1 with C^T dS/dC = 2 y, the diagonal of the triangle halved. */
export function priorCotangent(engine: Engine, C: Matrix, y: Matrix): Matrix {
	const n = C.rows;
	const middle = matrix(n, n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) middle.data[i * n + j] = middle.data[j * n + i] = y.data[i * n + j]!;
	}
	return congruence(engine, C, middle);
}

/** Equation (6): dS/dQ at fixed K = (N/2) C^-T (I - T T^T) C^-1. */
function fixedCotangent(engine: Engine, C: Matrix, T: Matrix, weight: number): Matrix {
	const n = C.rows;
	const middle = gram(engine, T, { alpha: -weight / 2 });
	for (let i = 0; i < n; i++) middle.data[i * n + i]! += weight / 2;
	return congruence(engine, C, middle);
}

function congruence(engine: Engine, C: Matrix, middle: Matrix): Matrix {
	const half = solveLower(engine, C, middle, { transposed: true });
	return symmetricPart(solveLower(engine, C, transposed(half), { transposed: true }));
}

/** D + scale (C + C^T)/2 - I, D = T^T T: a layer's gradient in the metric of its divergence. */
export function naturalGradient(divergence: Matrix, change: Matrix, scale: number): Matrix {
	const n = divergence.rows;
	const total = matrix(n, n);
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			const symmetric = (change.data[i * n + j]! + change.data[j * n + i]!) / 2;
			const entry = divergence.data[i * n + j]! + scale * symmetric - (i === j ? 1 : 0);
			total.data[i * n + j] = total.data[j * n + i] = entry;
		}
	}
	return total;
}
