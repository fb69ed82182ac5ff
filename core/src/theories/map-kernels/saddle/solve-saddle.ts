import { findActivation } from "../../../activations/registry.ts";
import type { Answer } from "../../../answer/answer.ts";
import { InputError } from "../../../errors.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { SolveContext } from "../../theory.ts";
import { type KernelMap, kernelMaps } from "../layers.ts";
import type { MapKernelsOptions } from "../options.ts";
import { solveDeepSaddle } from "./deep/solve-deep.ts";
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
	if (layers.length === 1) return solveShallowSaddle(options, layers, problem, context);
	layers.forEach(requireSmooth);
	if (options.quadrature === "converged") throw randomOnly();
	return solveDeepSaddle(options, layers, problem, context);
}

function requireNormalizable({ activation }: KernelMap): void {
	const { polynomialDegree = 0 } = findActivation(activation);
	if (polynomialDegree <= 1) return;
	throw refused(
		activation,
		`order saddle does not exist for activation ${activation}: the tilted measure is not normalizable; use order first.`,
	);
}

/** The averages of a deep network are over tilted pre-activations, whose law has to exist, and need phi''. */
function requireSmooth({ activation: name }: KernelMap): void {
	const { bounded, secondDerivative } = findActivation(name);
	if (bounded && secondDerivative) return;
	throw refused(
		name,
		`order saddle of a network with several hidden layers needs bounded smooth activations, or linear ones in all of them; got ${name}. Use order first.`,
	);
}

function randomOnly(): InputError {
	return new InputError({
		where: "quadrature",
		wanted: "auto or sobol: order saddle of a network with several hidden layers has random points only",
		got: "converged",
	});
}

function refused(activation: string, sentence: string): InputError {
	return new InputError({ where: "order", wanted: "first", got: `saddle with ${activation}`, sentence });
}
