/** The layers of a problem, and the infinite-width state that the minimization of the free energy starts from. */
import {
	type Engine,
	identity,
	type Matrix,
	matrix,
	symmetricEigen,
	symmetricEigenvalues,
	trace,
} from "@finitude/engine";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { RANK_THRESHOLD } from "../../samplers/row-space.ts";
import { type WhitenedInputs, whitenInputs } from "../../samplers/whitened-inputs.ts";
import {
	type FreeEnergyModel,
	type KernelState,
	type LayerModel,
	type OutputTerm,
	priorInRange,
} from "./free-energy.ts";
import { inputCovariances } from "./input-layer.ts";
import { pairMap } from "./pair-map.ts";
import { siteLayers } from "./site-layers.ts";

/** The layers of a problem at the points whose kernels are the state. */
export interface PreparedLayers {
	readonly layers: LayerModel;
	/** S = I and K_l = Q_l: the infinite-width limit. */
	readonly start: KernelState;
}

export interface LayerSettings {
	/** Of each layer's divergence: N_l, or nu_l of a deep kernel machine. */
	readonly weights: readonly number[];
	/** Relative to the mean of the diagonal of each Q_l of the infinite-width state. */
	readonly jitter: number;
}

/**
 * @param inputs J_1 P x r: the whitened inputs of the points at every position
 * @throws InputError for an unknown activation, a patch that does not tile its input, or a Q_l that is singular in float64.
 */
export function prepareLayers(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "inputShape" | "network">,
	inputs: Matrix,
	{ weights, jitter }: LayerSettings,
): PreparedLayers {
	const siteOfLayer = siteLayers(problem);
	const points = inputs.rows / siteOfLayer[0]!.positions;
	const maps = siteOfLayer.map((layer) => pairMap(layer, points));
	const jitters: number[] = [];
	const ranges: (Matrix | undefined)[] = [];
	const layers: LayerModel = { maps, inputs, weights, jitters, ranges };
	let kernel: Matrix | undefined;
	const sizes = [inputs.columns];
	let linearBelow = true;
	for (let l = 1; l < maps.length; l++) {
		const map = maps[l - 1]!;
		linearBelow &&= map.layer.linear;
		const at = kernel
			? map.pick(kernel)
			: inputCovariances(engine, map.layer, inputs, identity(inputs.columns));
		const above = map.forward(engine, at);
		jitters.push(jitter * meanDiagonal(above));
		ranges.push(linearBelow && jitter === 0 ? rangeOf(engine, above) : undefined);
		const prior = priorInRange(engine, layers, above, l);
		if (!resolved(engine, prior)) throw singular(engine, prior, l, jitter);
		sizes.push(prior.rows);
		kernel = above;
	}
	return { layers, start: { factors: sizes.map(identity), logDeterminants: sizes.map(() => 0) } };
}

/** The free energy at the training points. @throws InputError as `prepareLayers`. */
export function prepareModel(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "testInputs" | "inputShape" | "network">,
	{ output, ...settings }: LayerSettings & { readonly output: OutputTerm },
): { readonly model: FreeEnergyModel; readonly start: KernelState; readonly whitened: WhitenedInputs } {
	const whitened = whitenInputs(engine, problem);
	const { layers, start } = prepareLayers(engine, problem, whitened.train, settings);
	return { model: { ...layers, output }, start, whitened };
}

/** An orthonormal basis of the range of a kernel of linear features; undefined where it has full rank. */
export function rangeOf(engine: Engine, kernel: Matrix): Matrix | undefined {
	const n = kernel.rows;
	const { values, vectors } = symmetricEigen(engine, kernel);
	// A kernel of features: its eigenvalues are squares of the singular values that RANK_THRESHOLD judges.
	const kept = Array.from(values.keys()).filter((k) => values[k]! > values[n - 1]! * RANK_THRESHOLD ** 2);
	if (kept.length === n) return undefined;
	const basis = matrix(n, kept.length);
	kept.forEach((k, column) => {
		for (let i = 0; i < n; i++) basis.data[i * kept.length + column] = vectors.data[i * n + k]!;
	});
	return basis;
}

/** Below this ratio of the extreme eigenvalues the inverse of Q_l has no correct digits left in float64. */
const SMALLEST_RATIO = 1e-14;

/** Whether float64 resolves the inverse of a kernel. */
export function resolved(engine: Engine, kernel: Matrix): boolean {
	const values = symmetricEigenvalues(engine, kernel);
	return values[0]! > SMALLEST_RATIO * values[values.length - 1]!;
}

/** "eigenvalues from 1.0e-18 to 2.0e+0". */
export function eigenvalueRange(engine: Engine, kernel: Matrix): string {
	const values = symmetricEigenvalues(engine, kernel);
	return `eigenvalues from ${values[0]!.toExponential(1)} to ${values[values.length - 1]!.toExponential(1)}`;
}

function singular(engine: Engine, prior: Matrix, l: number, jitter: number): InputError {
	const range = eigenvalueRange(engine, prior);
	return new InputError({
		where: `network.layers[${l}]`,
		wanted: "a positive definite kernel Q_l of the layer below",
		got: `${range}${jitter > 0 ? ` with jitter ${jitter}` : ""}`,
		sentence: `layer kernel Q_${l + 1} is not positive definite (${range}); set jitter or remove duplicate inputs.`,
		advice: "A jitter of 1e-8 is usually enough.",
	});
}

export function meanDiagonal(m: Matrix): number {
	return trace(m) / m.rows;
}
