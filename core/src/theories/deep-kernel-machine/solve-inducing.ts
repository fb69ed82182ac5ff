/** The minimum of -L with inducing inputs. */
import type { Engine } from "@finitude/engine";
import type { Problem } from "../../problem/problem.ts";
import type { WhitenedInputs } from "../../samplers/whitened-inputs.ts";
import { type Minimum, minimizeFreeEnergy } from "../equations-of-state/minimize.ts";
import type { LayerSettings } from "../equations-of-state/model.ts";
import type { Objective } from "../equations-of-state/newton-cg.ts";
import {
	type InducingKernels,
	type InducingModel,
	inducingFreeEnergy,
	inducingKernels,
} from "./inducing-energy.ts";
import { type InducingChoice, prepareInducing } from "./inducing-inputs.ts";

export interface InducingSettings extends LayerSettings {
	readonly inducingInputs: InducingChoice;
	readonly onProgress?: ((fraction: number, message: string) => void) | undefined;
}

export interface InducingSolution extends Minimum {
	readonly model: InducingModel;
	/** The function that was minimized. */
	readonly objective: Objective;
	/** Of the inducing and the training inputs together. */
	readonly whitened: WhitenedInputs;
	readonly kernels: InducingKernels;
}

/**
 * Maximizes L of (1) of docs/theories/deep-kernel-machine.md with the collapsed bound (4) in place of the likelihood.
 *
 * @throws InputError for inducing inputs that do not fit the problem, or whose kernels are singular
 */
export function solveInducing(
	engine: Engine,
	problem: Problem,
	{ inducingInputs, weights, jitter, onProgress }: InducingSettings,
): InducingSolution {
	const prepared = prepareInducing(engine, problem, inducingInputs, { weights, jitter });
	const { model, start: infinite, whitened } = prepared;
	const objectiveOf = (each: readonly number[]): Objective => {
		const weighted = { ...model, layers: { ...model.layers, weights: each } };
		return { weights: each, at: (state) => inducingFreeEnergy(engine, weighted, state) };
	};
	const { noiseVariance } = problem;
	const minimum = minimizeFreeEnergy(engine, objectiveOf, { weights, infinite, noiseVariance, onProgress });
	return {
		model,
		objective: objectiveOf(weights),
		whitened,
		kernels: inducingKernels(engine, model, minimum.state.factors)!,
		...minimum,
	};
}
