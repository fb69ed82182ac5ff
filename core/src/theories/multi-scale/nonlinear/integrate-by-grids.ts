/** The adapted measure on grids of rising accuracy. */
import type { Engine } from "@finitude/engine";
import { type GridNodes, type HiddenUnit, MOST_FEATURES } from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import type { DualField } from "./adaptive-unit.ts";
import {
	EXACT,
	type IntegratedAdaptive,
	type IntegrationTask,
	type SolvedNodes,
	solveOn,
} from "./integration.ts";

/** Features on a grid at most: the equations take some twenty passes over them, a tenth of a second each. */
const MOST_GRID_FEATURES = MOST_FEATURES / 4;

/** Rounding in sums over a grid may end the progress before EXACT. */
const ROUNDING = 1e-9;

/** The solution by the first grid that changes the means by less than rounding, or by the finest one within reach. */
export function integrateByGrids(
	engine: Engine,
	task: IntegrationTask,
	nodes: GridNodes<DualField>,
	means: (unit: HiddenUnit, solved: SolvedNodes) => Float64Array,
	onProgress: SolveContext["onProgress"],
): IntegratedAdaptive {
	const { unit } = nodes;
	const scale = task.equations.targets.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
	let field = nodes.solution;
	let before: { solved: SolvedNodes; means: Float64Array } | undefined;
	let iterations = 0;
	for (let level = 0; ; level++) {
		const rule = nodes.rule(level);
		onProgress?.(1 - 2 ** -level, `adapted measure on ${rule.count} nodes`);
		const solved = solveOn(engine, task, unit, rule, field, { accuracy: EXACT, accepted: ROUNDING });
		const found = means(unit, solved);
		const change = before
			? found.reduce((most, x, a) => Math.max(most, Math.abs(x - before!.means[a]!)), 0)
			: Number.POSITIVE_INFINITY;
		iterations += solved.solution.iterations;
		const last = nodes.rule(level + 1).count * unit.points > MOST_GRID_FEATURES;
		if (before && (change <= EXACT ** 0.8 * scale || last)) {
			const solution = { ...solved.solution, iterations };
			return { ...solved, solution, integration: "quadrature", unit, sets: [before.solved] };
		}
		field = solved.solution.point.field;
		before = { solved, means: found };
	}
}
