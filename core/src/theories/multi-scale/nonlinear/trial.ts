import type { Engine } from "@finitude/engine";
import { featureSource, type RandomNodes, SETS, trainingUnit } from "../../../tilted-unit/index.ts";
import { type AdaptiveEquations, adaptiveEquations } from "./adaptive-equations.ts";
import type { DualField } from "./adaptive-unit.ts";
import { fractionOf, type IntegrationTask, type SolvedNodes, solveOn } from "./integration.ts";

/** A solution on some nodes, and how good they are. */
export interface Trial extends SolvedNodes {
	/** Of the nodes, or of others like them, that counts at the solution: the smaller one. 0 where nothing was solved. */
	readonly fraction: number;
	/** The same for any field. */
	fractionAt(field: DualField): number;
	/** The equations on the nodes and on the others. */
	readonly sets: readonly AdaptiveEquations[];
}

/**
 * The solution on some nodes, and the fraction of others like them that counts at it: a solution on nodes that miss a part of the
 * measure makes those very nodes look better than they are.
 */
export function trial(
	engine: Engine,
	task: IntegrationTask,
	nodes: RandomNodes<DualField>,
	log2Count: number,
	start: DualField,
): Trial {
	const solved = solveOn(engine, task, nodes.unit, nodes.draw(log2Count, SETS + 1), start);
	const source = featureSource(engine, trainingUnit(nodes.unit), nodes.draw(log2Count, SETS + 2));
	const others = adaptiveEquations(engine, task.equations, source);
	const sets = [solved.equations, others];
	const fractionAt = (field: DualField) =>
		Math.min(...sets.map((equations) => fractionOf(engine, equations)(field)));
	const { converged, point } = solved.solution;
	return { ...solved, fraction: converged ? fractionAt(point.field) : 0, fractionAt, sets };
}
