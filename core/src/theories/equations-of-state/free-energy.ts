/** The free energy S of the layer kernels and its gradient: one pass up and one pass down the network. */
import {
	type Engine,
	gram,
	load,
	type Matrix,
	matrix,
	multiply,
	scoped,
	unload,
	view,
} from "@finitude/engine";
import { inputCotangent, inputCovariances } from "./input-layer.ts";
import { layerPull } from "./layer-pull.ts";
import type { PairCotangent, PairMap, SiteCovariances } from "./pair-map.ts";
import { trace } from "./state-steps.ts";
import { multiplyLower } from "./structured-products.ts";

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

/** What S depends on besides the kernels. */
export interface FreeEnergyModel {
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
	model: FreeEnergyModel,
	relative: readonly Matrix[],
): LayerKernels | undefined {
	const { maps, inputs, ranges } = model;
	const sites = [inputCovariances(engine, maps[0]!.layer, inputs, relative[0]!)];
	let above = maps[0]!.forward(engine, sites[0]!);
	const priorFactors: Matrix[] = [];
	const factors: Matrix[] = [];
	for (let l = 1; l < maps.length; l++) {
		const up = layerUp(engine, priorInRange(engine, model, above, l), relative[l]!, ranges[l - 1], maps[l]!);
		if (up === undefined) return undefined;
		priorFactors.push(up.prior);
		factors.push(up.factor);
		sites.push(up.sites);
		above = maps[l]!.forward(engine, up.sites);
	}
	return { sites, priorFactors, factors, output: above };
}

/** C = chol(Q), F = U C T and the entries of K = F F^T that the layer above reads. */
function layerUp(engine: Engine, prior: Matrix, relative: Matrix, range: Matrix | undefined, map: PairMap) {
	return scoped(engine, () => {
		const r = prior.rows;
		const C = load(engine, prior);
		if (engine.cholesky(C) >= 0) return undefined;
		for (let i = 0, { data } = C.block; i < r; i++) data.fill(0, i * r + i + 1, (i + 1) * r);
		let F = view(engine.allocate(r * r), r, r);
		multiplyLower(engine, C, load(engine, relative), F);
		if (range !== undefined) {
			const inRange = F;
			F = view(engine.allocate(range.rows * r), range.rows, r);
			engine.gemm(1, load(engine, range), inRange, 0, F);
		}
		const n = F.rows;
		const K = engine.allocate(n * n);
		engine.syrk(1, F, 0, view(K, n, n));
		return { prior: unload(C), factor: unload(F), sites: map.pick(matrix(n, n, K.data.subarray(0, n * n))) };
	});
}

/** Q_l as the divergence sees it: in the coordinates of its range, with jitter on its diagonal. */
export function priorInRange(
	engine: Engine,
	{ ranges, jitters }: FreeEnergyModel,
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
		const relative = state.factors[l]!;
		const weight = weights[l]!;
		const pulled =
			l === 0
				? inputPull(engine, model, relative, maps[0]!.backward(engine, sites[0]!, cotangent))
				: layerPull(
						engine,
						{
							relative,
							prior: priorFactors[l - 1]!,
							factor: factors[l - 1]!,
							range: ranges[l - 1],
							pull: maps[l]!.cotangent(engine, sites[l]!, cotangent),
							weight,
						},
						fixed,
					);
		value += (weight / 2) * (pulled.trace - state.logDeterminants[l]! - relative.rows);
		gradients.unshift(pulled.gradient);
		if ("cotangent" in pulled) cotangent = pulled.cotangent;
	}
	return { value, gradients };
}

/** Equation (3). */
function inputPull(
	engine: Engine,
	{ maps, inputs, weights }: FreeEnergyModel,
	relative: Matrix,
	below: PairCotangent,
): { gradient: Matrix; trace: number } {
	const divergence = gram(engine, relative, { transposeA: true });
	const pull = inputCotangent(engine, maps[0]!.layer, inputs, below);
	const change = multiply(engine, relative, multiply(engine, pull, relative), { transposeA: true });
	return { gradient: added(divergence, change, 2 / weights[0]!), trace: trace(divergence) };
}

/** D + scale (C + C^T)/2 - I. */
function added(divergence: Matrix, change: Matrix, scale: number): Matrix {
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
