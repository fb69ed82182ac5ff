/** The minimum of the free energy of a problem: the solution of the equations of state. */
import { type Engine, gram, type Matrix, matrix, multiply } from "@finitude/engine";
import { InputError } from "../../errors.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { WhitenedInputs } from "../../samplers/whitened-inputs.ts";
import {
	type FreeEnergyModel,
	freeEnergyObjective,
	type KernelState,
	type LayerKernels,
	layerKernels,
} from "./free-energy.ts";
import { gaussianOutput, gaussianOutputInRange } from "./gaussian-output.ts";
import { type Minimum, minimizeFreeEnergy } from "./minimize.ts";
import { prepareModel, rangeOf } from "./model.ts";
import type { Objective } from "./newton-cg.ts";

export interface EquationsSettings {
	/** 1: the derivation. -1: the authors' published notebook, section "The sign of R" of docs/theories/equations-of-state.md. */
	readonly sign?: 1 | -1;
	/** Added to the diagonal of Q_2 .. Q_L, relative to the mean of that diagonal at infinite width. */
	readonly jitter?: number;
	/** Of the divergence of each layer; the widths when left out. */
	readonly weights?: readonly number[];
	/** Where to start: the solution at another width. The infinite-width state when left out. */
	readonly start?: KernelState;
	readonly onProgress?: (fraction: number, message: string) => void;
}

export interface EquationsSolution extends Minimum {
	readonly model: FreeEnergyModel;
	/** The function that was minimized. */
	readonly objective: Objective;
	readonly whitened: WhitenedInputs;
	readonly kernels: LayerKernels;
}

/**
 * Solves (3) and (4) of docs/theories/equations-of-state.md by minimizing S of (2).
 *
 * @throws InputError when kappa is not positive, or a Q_l is singular at infinite width.
 */
export function solveEquationsOfState(
	engine: Engine,
	problem: Problem,
	settings: EquationsSettings = {},
): EquationsSolution {
	const { network, noiseVariance, trainTargets } = problem;
	if (!(noiseVariance > 0)) {
		throw new InputError({
			where: "noiseVariance",
			wanted: "a positive number",
			got: String(noiseVariance),
			sentence: `noiseVariance must be positive; got ${noiseVariance}.`,
		});
	}
	const { sign = 1, jitter = 0, weights = network.layers.map(layerWidth) } = settings;
	const output = gaussianOutput(trainTargets, noiseVariance, sign);
	const prepared = prepareModel(engine, problem, { weights, output, jitter });
	const { start: infinite, whitened } = prepared;
	const range = linearRange(engine, prepared.model, infinite);
	const model: FreeEnergyModel = range
		? { ...prepared.model, output: gaussianOutputInRange(engine, trainTargets, noiseVariance, sign, range) }
		: prepared.model;
	const objectiveOf = (each: readonly number[]) => freeEnergyObjective(engine, { ...model, weights: each });
	const { start, onProgress } = settings;
	const minimum = minimizeFreeEnergy(engine, objectiveOf, {
		weights,
		infinite,
		start,
		noiseVariance,
		onProgress,
	});
	return {
		model,
		objective: objectiveOf(weights),
		whitened,
		kernels: layerKernels(engine, model, minimum.state.factors)!,
		...minimum,
	};
}

/** The range of the output kernel of a linear network with more points than it can tell apart. */
function linearRange(engine: Engine, model: FreeEnergyModel, start: KernelState): Matrix | undefined {
	if (!model.maps.every(({ layer }) => layer.linear)) return undefined;
	// With jitter in a kernel below the output kernel has full rank.
	if (model.jitters.some((jitter) => jitter > 0)) return undefined;
	return rangeOf(engine, layerKernels(engine, model, start.factors)!.output);
}

/**
 * The posterior covariance of the incoming weights of one first-layer unit, in the problem's own units: d x d, or patch x
 * patch for a convolution; with a bias one more row and column, the last.
 *
 * Sigma = Sigma_0^(1/2) (I + V (S - I) V^T) Sigma_0^(1/2), V the row space of the whitened inputs.
 */
export function weightCovariance(
	engine: Engine,
	{ network }: Problem,
	{ state, whitened: { basis } }: Pick<EquationsSolution, "state" | "whitened">,
): Matrix {
	const { weightVariance, biasVariance } = network.layers[0]!;
	const d = basis.columns;
	const inputs = biasVariance > 0 ? d - 1 : d;
	const change = gram(engine, state.factors[0]!);
	for (let i = 0; i < change.rows; i++) change.data[i * change.rows + i]! -= 1;
	const sigma = multiply(engine, basis, multiply(engine, change, basis), { transposeA: true });
	const deviation = (i: number) => Math.sqrt(i < inputs ? weightVariance / inputs : biasVariance);
	const result = matrix(d, d);
	for (let i = 0; i < d; i++) {
		for (let j = 0; j <= i; j++) {
			const symmetric = (sigma.data[i * d + j]! + sigma.data[j * d + i]!) / 2 + (i === j ? 1 : 0);
			result.data[i * d + j] = result.data[j * d + i] = deviation(i) * deviation(j) * symmetric;
		}
	}
	return result;
}

/** K_l of every layer at the training points: one P x P matrix for each position, by its place. */
export function positionKernels({
	model,
	kernels,
}: Pick<EquationsSolution, "model" | "kernels">): Matrix[][] {
	return model.maps.map(({ layer, points: P }, l) => {
		const blocks: Matrix[] = [];
		let read = 0;
		for (const { first, second } of layer.pairs) {
			if (first !== second) {
				read += P * P;
				continue;
			}
			const block = matrix(P, P);
			for (let a = 0; a < P; a++) {
				for (let b = 0; b <= a; b++) {
					block.data[a * P + b] = block.data[b * P + a] = kernels.sites[l]!.covariances[read++]!;
				}
			}
			blocks[layer.places[first]!] = block;
		}
		return blocks;
	});
}
