import type { Answer } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { SolveContext } from "../../theory.ts";
import { kernelMaps } from "../layers.ts";
import type { MapKernelsOptions } from "../options.ts";
import { solveLinearSaddle } from "./linear/solve-linear.ts";

/** Order `saddle` of `map-kernels`: the most probable kernels of all layers. */
export function solveSaddle(_options: MapKernelsOptions, problem: Problem, context: SolveContext): Answer {
	const layers = kernelMaps(problem.network);
	return solveLinearSaddle(layers, problem, context);
}
