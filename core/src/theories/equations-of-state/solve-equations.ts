/** The minimum of the free energy of a problem: the solution of the equations of state. */
import { type Engine, gram, type Matrix, matrix, multiply } from "@finitude/engine";
import type { Convergence } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { WhitenedInputs } from "../../samplers/whitened-inputs.ts";
import {
	type FreeEnergyModel,
	freeEnergy,
	type KernelState,
	type LayerKernels,
	layerKernels,
	type OutputTerm,
} from "./free-energy.ts";
import { gaussianOutput } from "./gaussian-output.ts";
import { prepareModel } from "./model.ts";
import { type NewtonResult, newtonCg } from "./newton-cg.ts";

export interface EquationsSettings {
	/** 1: the derivation. -1: the authors' published notebook, section "The sign of R" of docs/theories/equations-of-state.md. */
	readonly sign?: 1 | -1;
	/** Added to the diagonal of Q_2 .. Q_L, relative to the mean of that diagonal at infinite width. */
	readonly jitter?: number;
	/** Of the divergence of each layer; the widths when left out. */
	readonly weights?: readonly number[];
	/** In place of the targets under N(0, Q_f + kappa I). */
	readonly output?: OutputTerm;
	/** Where to start: the solution at another width. The infinite-width state when left out. */
	readonly start?: KernelState;
	readonly onProgress?: (fraction: number, message: string) => void;
}

export interface EquationsSolution {
	readonly model: FreeEnergyModel;
	readonly whitened: WhitenedInputs;
	readonly state: KernelState;
	readonly kernels: LayerKernels;
	/** S at the minimum. */
	readonly freeEnergy: number;
	readonly convergence: Convergence;
	/** Evaluations of S and its gradient. */
	readonly passes: number;
}

/** What the residual is brought to: the equations hold to ten digits of every kernel. */
const TOLERANCE = 1e-10;

/** A solution whose residual is below this counts as converged; rounding keeps stiff problems above TOLERANCE. */
export const CONVERGED = 1e-8;

/** Widths of the continuation, in units of the true one. Steps of 4 in the weight of the divergence. */
const CONTINUATION = [256, 64, 16, 4, 1];

/**
 * Solves (3) and (4) of docs/theories/equations-of-state.md by minimizing S of (2): Newton's method from the infinite-width
 * state, or, where that does not converge, from the solution at four times the width, and so on up.
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
	const output = settings.output ?? gaussianOutput(trainTargets, noiseVariance, sign);
	const { model, start, whitened } = prepareModel(engine, problem, { weights, output, jitter });
	const first = minimize(engine, model, settings.start ?? start, settings.onProgress);
	let best = first;
	let passes = first?.passes ?? 0;
	if (!(first && first.residual < CONVERGED)) {
		let from: KernelState = start;
		for (const factor of CONTINUATION) {
			const wide = { ...model, weights: weights.map((weight) => factor * weight) };
			best = minimize(engine, wide, from, settings.onProgress);
			passes += best?.passes ?? 0;
			if (best === undefined) break;
			from = best.state;
		}
		best ??= first;
	}
	if (best === undefined) {
		throw new InputError({
			where: "noiseVariance",
			wanted: "a noise at which the kernel of the outputs plus noise is positive definite",
			got: String(noiseVariance),
			advice: "Raise noiseVariance, or remove duplicate inputs.",
		});
	}
	const { residual, iterations, state } = best;
	const converged = residual < CONVERGED;
	return {
		model,
		whitened,
		state,
		kernels: layerKernels(engine, model, state.factors)!,
		freeEnergy: best.energy.value,
		convergence: {
			converged,
			iterations,
			residual,
			...(!converged && {
				advice: `the equations of state did not converge (residual ${residual.toExponential(1)}): raise noiseVariance or the width, or set jitter`,
			}),
		},
		passes,
	};
}

function minimize(
	engine: Engine,
	model: FreeEnergyModel,
	start: KernelState,
	onProgress: EquationsSettings["onProgress"],
): NewtonResult | undefined {
	const energy = freeEnergy(engine, model, start);
	if (energy === undefined) return undefined;
	let first: number | undefined;
	return newtonCg(engine, model, start, energy, {
		tolerance: TOLERANCE,
		onStep(residual, passes) {
			first ??= Math.max(residual, 10 * TOLERANCE);
			// The residual falls on a logarithmic scale; the fraction is a guess from it.
			const fraction = Math.log(first / Math.max(residual, TOLERANCE)) / Math.log(first / TOLERANCE);
			onProgress?.(
				Math.min(1, Math.max(0, fraction)),
				`residual ${residual.toExponential(1)} after ${passes} passes`,
			);
		},
	});
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
	{ state, whitened: { basis } }: EquationsSolution,
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
