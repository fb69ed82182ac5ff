/** The minimum of a function of the kernels, from infinite width or along a path of widths. */
import type { Engine } from "@finitude/engine";
import type { Convergence } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import type { KernelState } from "./free-energy.ts";
import { type NewtonResult, newtonCg, type Objective } from "./newton-cg.ts";

export interface MinimizeSettings {
	/** Of the divergence of each layer. */
	readonly weights: readonly number[];
	/** The infinite-width state. */
	readonly infinite: KernelState;
	/** Where to start in place of the infinite-width state. */
	readonly start?: KernelState | undefined;
	/** kappa, for the message. */
	readonly noiseVariance: number;
	readonly onProgress?: ((fraction: number, message: string) => void) | undefined;
}

export interface Minimum {
	readonly state: KernelState;
	/** S at the minimum. */
	readonly freeEnergy: number;
	readonly convergence: Convergence;
	/** Evaluations of S and its gradient. */
	readonly passes: number;
}

/** What the residual is brought to: the equations hold to ten digits of every kernel. */
const TOLERANCE = 1e-10;

/** A solution whose residual is below this counts as converged; rounding keeps stiff problems above TOLERANCE. */
const CONVERGED = 1e-8;

/** Widths of the continuation, in units of the true one. Steps of 4 in the weight of the divergence. */
const CONTINUATION = [256, 64, 16, 4, 1];

/**
 * Newton's method from the infinite-width state, or, where that does not converge, from the solution at four times the
 * weights, and so on up.
 *
 * @param objectiveOf the function to minimize at given weights of the divergences
 * @throws InputError when the function is undefined at the start
 */
export function minimizeFreeEnergy(
	engine: Engine,
	objectiveOf: (weights: readonly number[]) => Objective,
	{ weights, infinite, start = infinite, noiseVariance, onProgress }: MinimizeSettings,
): Minimum {
	const first = minimize(engine, objectiveOf(weights), start, onProgress);
	let best = first;
	let passes = first?.passes ?? 0;
	if (!hasConverged(first)) {
		let wider = infinite;
		for (const factor of CONTINUATION) {
			const found = minimize(
				engine,
				objectiveOf(weights.map((weight) => factor * weight)),
				wider,
				onProgress,
			);
			passes += found?.passes ?? 0;
			if (factor === 1) best = found ?? first;
			// Narrower networks are harder still.
			if (!hasConverged(found)) break;
			wider = found.state;
		}
	}
	if (best === undefined) {
		throw new InputError({
			where: "noiseVariance",
			wanted: "a noise at which the kernel of the outputs plus noise is positive definite",
			got: String(noiseVariance),
			advice: "Raise noiseVariance, or remove duplicate inputs.",
		});
	}
	const { residual, iterations, state, energy } = best;
	const converged = hasConverged(best);
	return {
		state,
		freeEnergy: energy.value,
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

function hasConverged(result: NewtonResult | undefined): result is NewtonResult {
	return result !== undefined && result.residual < CONVERGED;
}

function minimize(
	engine: Engine,
	objective: Objective,
	start: KernelState,
	onProgress: MinimizeSettings["onProgress"],
): NewtonResult | undefined {
	const energy = objective.at(start);
	if (energy === undefined) return undefined;
	let first: number | undefined;
	return newtonCg(engine, objective, start, energy, {
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
