/** The forward-backward equations of a linear network as one map of the output kernel: (3)-(5) and (14). */
import {
	choleskyFactor,
	type Engine,
	gram,
	type Matrix,
	matrix,
	multiply,
	plus,
	solveLower,
	symmetricEigenvalues,
	symmetricPart,
	transposed,
} from "@finitude/engine";
import { type OutputForce, outputForce } from "../../../output-force.ts";
import type { KernelMap } from "../../layers.ts";

/** A linear network on its training points, in coordinates in which every kernel of it is r x r. */
export interface LinearProblem {
	readonly layers: readonly KernelMap[];
	/** C^(0), r x r. */
	readonly inputs: Matrix;
	/** What a bias of variance 1 adds to a kernel, r x r. */
	readonly bias: Matrix;
	/** The noise covariance, a diagonal of r numbers. */
	readonly noise: Float64Array;
	/** Y, r x D. */
	readonly targets: Matrix;
}

/** Layer l as a kernel K of the output implies it. */
export interface LinearLayerState {
	/** C^(l) without the bias above it. */
	readonly kernel: Matrix;
	/** Ct^(l). */
	readonly conjugate: Matrix;
	/** b: the eigenvalues of B = (C^(l) - s_b^2) Ct^(l), ascending. */
	readonly eigenvalues: Float64Array;
}

/** What an output kernel K implies, and the kernel that comes back. */
export interface LinearIteration {
	readonly force: OutputForce;
	/** Layers 1 ... L. */
	readonly layers: readonly LinearLayerState[];
	/** sym[ forward equation ]: equal to K at a saddle. */
	readonly next: Matrix;
}

/**
 * Downward from K: with M = C^(l) - s_b^2, C^(l-1) = (I + 2 M Ct/N)^-1 M / g and Ct^(l-1) = g (Ct + (2/N) Ct M Ct). Upward from
 * C^(0): C^(l) = g (I + (2/N) M Ct) C^(l-1) + s_b^2. Without biases M Ct is the same matrix B for all layers. In K there is
 * neither a fold nor a branch.
 *
 * @param kernel K, r x r
 * @returns undefined where K + noise is not positive definite, or a layer implied by K is not
 */
export function iterateLinear(
	engine: Engine,
	{ layers, inputs, bias, noise, targets }: LinearProblem,
	kernel: Matrix,
): LinearIteration | undefined {
	const r = kernel.rows;
	const noisy = matrix(r, r, kernel.data.slice());
	for (let i = 0; i < r; i++) noisy.data[i * r + i]! += noise[i]!;
	const force = outputForce(engine, noisy, targets);
	if (force === undefined) return undefined;
	const states: LinearLayerState[] = [];
	let [M, conjugate] = [kernel, force.conjugate];
	for (let l = layers.length - 1; l >= 0; l--) {
		const layer = layers[l]!;
		const cholesky = choleskyFactor(engine, M);
		if (!cholesky.positiveDefinite) return undefined;
		const form = conjugated(engine, conjugate, cholesky.factor);
		const eigenvalues = symmetricEigenvalues(engine, form);
		states.unshift({ kernel: M, conjugate, eigenvalues });
		if (l === 0) break;
		const below = layers[l - 1]!;
		const stretched = scaled(form, 2 / layer.width);
		for (let i = 0; i < r; i++) stretched.data[i * r + i]! += 1;
		const root = choleskyFactor(engine, stretched);
		if (!root.positiveDefinite) return undefined;
		M = covarianceBelow(engine, cholesky.factor, root.factor, 1 / layer.prefactor);
		if (below.biasVariance > 0) M = plus(M, scaled(bias, -below.biasVariance));
		conjugate = conjugateBelow(engine, layer, states[0]!);
	}
	let forward = inputs;
	layers.forEach(({ width, prefactor, biasVariance }, l) => {
		const { kernel: own, conjugate: pull } = states[l]!;
		const B = multiply(engine, own, pull);
		const moved = multiply(engine, B, forward, { alpha: 2 / width });
		forward = scaled(plus(forward, moved), prefactor);
		if (biasVariance > 0) forward = plus(forward, scaled(bias, biasVariance));
	});
	return { force, layers: states, next: symmetricPart(forward) };
}

/** Equation (4) for a linear layer: Ct^(l-1) = g (Ct + (2/N) Ct M Ct). */
export function conjugateBelow(
	engine: Engine,
	{ width, prefactor }: KernelMap,
	{ kernel, conjugate }: Pick<LinearLayerState, "kernel" | "conjugate">,
): Matrix {
	const pulled = multiply(engine, multiply(engine, conjugate, kernel), conjugate, { alpha: 2 / width });
	return symmetricPart(scaled(plus(conjugate, pulled), prefactor));
}

/** F^T A F. */
function conjugated(engine: Engine, a: Matrix, factor: Matrix): Matrix {
	return symmetricPart(multiply(engine, multiply(engine, factor, a, { transposeA: true }), factor));
}

/** alpha F (G G^T)^-1 F^T for lower triangular F and G. */
function covarianceBelow(engine: Engine, F: Matrix, G: Matrix, alpha: number): Matrix {
	const half = solveLower(engine, G, transposed(F));
	return gram(engine, half, { transposeA: true, alpha });
}

/** x A. */
export function scaled(a: Matrix, x: number): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((value) => x * value),
	);
}
