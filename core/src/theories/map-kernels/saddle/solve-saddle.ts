import { findActivation } from "../../../activations/registry.ts";
import type { Answer } from "../../../answer/answer.ts";
import { InputError } from "../../../errors.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { SolveContext } from "../../theory.ts";
import { type KernelMap, kernelMaps } from "../layers.ts";
import type { MapKernelsOptions } from "../options.ts";
import { solveLinearSaddle } from "./linear/solve-linear.ts";
import { solveShallowSaddle } from "./shallow/solve-shallow.ts";

/**
 * Order `saddle` of `map-kernels`: the most probable kernels of all layers, the stationary point of (1) in all C^(l) and Ct^(l).
 * Linear networks in closed form; one nonlinear layer by quadrature or random points over its weights; deep nonlinear networks
 * by random points over the pre-activations of every layer.
 *
 * @throws InputError for an activation that grows faster than linearly, and in deep networks for one that is not bounded
 */
export function solveSaddle(options: MapKernelsOptions, problem: Problem, context: SolveContext): Answer {
	const layers = kernelMaps(problem.network);
	layers.forEach(requireNormalizable);
	if (layers.every(({ activation }) => activation === "linear")) {
		return solveLinearSaddle(layers, problem, context);
	}
	return solveShallowSaddle(options, layers, problem, context);
}

function requireNormalizable({ activation }: KernelMap): void {
	const { polynomialDegree = 0 } = findActivation(activation);
	if (polynomialDegree <= 1) return;
	throw refused(
		activation,
		`order saddle does not exist for activation ${activation}: the tilted measure is not normalizable; use order first.`,
	);
}

function refused(activation: string, sentence: string): InputError {
	return new InputError({ where: "order", wanted: "first", got: `saddle with ${activation}`, sentence });
}
