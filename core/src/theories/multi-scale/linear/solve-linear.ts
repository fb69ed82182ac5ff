import type { Answer } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { SolveContext } from "../../theory.ts";
import type { MultiScaleOptions } from "../options.ts";
import { solveOneOutput } from "./one-output.ts";
import { solveOutputs } from "./outputs.ts";

/**
 * Linear units (section "Linear networks" of docs/theories/multi-scale.md): any depth with one output, one layer with several.
 * Leaves work space in the engine: call within `scoped`.
 *
 * @throws InputError when K0 + kappa I is not numerically positive definite, or noiseVariance is 0 and K0 singular
 */
export function solveLinear({ variant }: MultiScaleOptions, problem: Problem, context: SolveContext): Answer {
	if (variant === "one-loop" || problem.trainTargets.columns === 1)
		return solveOneOutput(variant, problem, context);
	return solveOutputs(variant, problem, context);
}
