/** The free energy of a problem, and the infinite-width state that its minimization starts from. */
import { type Engine, type Matrix, matrix, symmetricEigen, symmetricEigenvalues } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { RANK_THRESHOLD } from "../../samplers/row-space.ts";
import { type WhitenedInputs, whitenInputs } from "../../samplers/whitened-inputs.ts";
import { type FreeEnergyModel, type KernelState, type OutputTerm, priorInRange } from "./free-energy.ts";
import { inputCovariances } from "./input-layer.ts";
import { pairMap } from "./pair-map.ts";
import { siteLayers } from "./site-layers.ts";

export interface PreparedModel {
	readonly model: FreeEnergyModel;
	/** S = I and K_l = Q_l: the infinite-width limit. */
	readonly start: KernelState;
	readonly whitened: WhitenedInputs;
}

export interface ModelSettings {
	/** Of each layer's divergence: N_l, or nu_l of a deep kernel machine. */
	readonly weights: readonly number[];
	readonly output: OutputTerm;
	/** Relative to the mean of the diagonal of each Q_l of the infinite-width state. */
	readonly jitter: number;
}

/**
 * @throws InputError for an unknown activation, a patch that does not tile its input, or a Q_l that is singular in float64.
 */
export function prepareModel(
	engine: Engine,
	problem: Pick<Problem, "trainInputs" | "testInputs" | "inputShape" | "network">,
	{ weights, output, jitter }: ModelSettings,
): PreparedModel {
	const whitened = whitenInputs(engine, problem);
	const layers = siteLayers(problem);
	const maps = layers.map((layer) => pairMap(layer, problem.trainInputs.rows));
	const jitters: number[] = [];
	const ranges: (Matrix | undefined)[] = [];
	const model: FreeEnergyModel = { maps, inputs: whitened.train, weights, jitters, ranges, output };
	let kernel: Matrix | undefined;
	const sizes = [whitened.directions];
	let linearBelow = true;
	for (let l = 1; l < maps.length; l++) {
		linearBelow &&= layers[l - 1]!.linear;
		const map = maps[l - 1]!;
		const at = kernel
			? map.pick(kernel)
			: inputCovariances(engine, map.layer, whitened.train, identity(whitened.directions));
		const above = map.forward(engine, at);
		jitters.push(jitter * meanDiagonal(above));
		ranges.push(linearBelow && jitter === 0 ? rangeOf(engine, above) : undefined);
		const prior = priorInRange(engine, model, above, l);
		requirePositiveDefinite(engine, prior, l, jitter);
		sizes.push(prior.rows);
		kernel = above;
	}
	const start = { factors: sizes.map(identity), logDeterminants: sizes.map(() => 0) };
	return { model, start, whitened };
}

/** An orthonormal basis of the range of a kernel of linear features; undefined where it has full rank. */
function rangeOf(engine: Engine, kernel: Matrix): Matrix | undefined {
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

function requirePositiveDefinite(engine: Engine, prior: Matrix, l: number, jitter: number): void {
	const values = symmetricEigenvalues(engine, prior);
	const [smallest, largest] = [values[0]!, values[values.length - 1]!];
	if (smallest > SMALLEST_RATIO * largest) return;
	throw new InputError({
		where: `network.layers[${l}]`,
		wanted: "a positive definite kernel Q_l of the layer below",
		got: `eigenvalues from ${smallest.toExponential(1)} to ${largest.toExponential(1)}${jitter > 0 ? ` with jitter ${jitter}` : ""}`,
		sentence: `layer kernel Q_${l + 1} is not positive definite (eigenvalues from ${smallest.toExponential(1)} to ${largest.toExponential(1)}); set jitter or remove duplicate inputs.`,
		advice: "A jitter of 1e-8 is usually enough.",
	});
}

function meanDiagonal({ rows, columns, data }: Matrix): number {
	let sum = 0;
	for (let i = 0; i < rows; i++) sum += data[i * columns + i]!;
	return sum / rows;
}

export function identity(n: number): Matrix {
	const result = matrix(n, n);
	for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
	return result;
}
