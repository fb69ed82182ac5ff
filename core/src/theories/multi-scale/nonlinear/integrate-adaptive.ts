/** The adapted measure by nodes that are good enough for it: a grid, random points of a fitted proposal, or Markov chains. */
import { seedStream } from "@finitude/engine";
import { InputError } from "../../../errors.ts";
import { GRID_DIMENSIONS, type HiddenUnit, searchedNodes } from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import { adaptiveTilt, type DualField } from "./adaptive-unit.ts";
import { integrateByGrids } from "./integrate-by-grids.ts";
import { integrateByPoints } from "./integrate-by-points.ts";
import { type IntegratedAdaptive, type IntegrationTask, type SolvedNodes, solveOn } from "./integration.ts";

export interface IntegrationOptions {
	readonly samples: number;
	readonly seed: number;
	readonly quadrature: "auto" | "converged" | "sobol";
}

/**
 * A grid over at most three weights, refined until the means stand; else random nodes of a normal density fitted to the tilt, or of
 * a mixture of them; Markov chains where too few of these count.
 *
 * @param means at training and test points, by which grids are judged
 * @throws InputError for `converged` beyond the reach of a grid
 */
export function integrateAdaptive(
	task: IntegrationTask,
	options: IntegrationOptions,
	means: (unit: HiddenUnit, solved: SolvedNodes) => Float64Array,
	{ engine, onProgress }: SolveContext,
): IntegratedAdaptive {
	const stream = seedStream(options.seed);
	const nodes = searchedNodes<DualField>(
		engine,
		task.problem,
		{
			solve: (unit, rule, start) => solveOn(engine, task, unit, rule, start).solution.point.field,
			tilt: (field) => adaptiveTilt(task.equations, field),
		},
		{ stream, grids: options.quadrature !== "sobol" },
	);
	if (nodes.kind === "trapezoid") return integrateByGrids(engine, task, nodes, means, onProgress);
	if (options.quadrature === "converged") throw beyondGrids(nodes.unit.dimension);
	return integrateByPoints(engine, task, nodes, options.samples, stream, onProgress);
}

function beyondGrids(dimension: number): InputError {
	const reason =
		dimension > GRID_DIMENSIONS
			? `the points span ${dimension}`
			: "the tilt moves them out of the reach of every grid";
	return new InputError({
		where: "options.quadrature",
		wanted: "auto or sobol",
		got: "converged",
		sentence: `quadrature: converged is for at most ${GRID_DIMENSIONS} weights of a unit, its bias among them; ${reason}. Use auto or sobol.`,
	});
}
