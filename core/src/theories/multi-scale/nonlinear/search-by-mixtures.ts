/** A mixture of normal densities as the proposal, fitted while the tilt grows to that of the solution. */
import { type Engine, splitStream } from "@finitude/engine";
import {
	fittedMixture,
	type IntegrationRule,
	nodesOfMixture,
	type RandomNodes,
	resampledPoints,
	type UnitMixture,
} from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import { adaptiveUnit, type DualField } from "./adaptive-unit.ts";
import { fieldWithin } from "./field-within.ts";
import type { IntegrationTask } from "./integration.ts";
import { type Trial, trial } from "./trial.ts";

/** Rounds at most: each brings the tilt as far toward that of the solution as the points of the last fit carry. */
const MOST_ROUNDS = 24;

/** Points serve a tilt as long as this fraction of them counts. */
const SERVES = 0.3;

/** From there on a fit counts as an improvement when it raises the fraction by a tenth. */
const GAIN = 1.1;

/** Draws that a mixture is fitted to. */
const FITTED_DRAWS = 2000;

/** The stream of the fits, apart from those of the points and the chains. */
const FITS = 2000;

/** Nodes with the solution by some of them. */
export interface MixtureSearch {
	readonly nodes: RandomNodes<DualField>;
	readonly trial: Trial;
}

/**
 * The mixture of whose points most count at the solution. The field grows from zero: each round solves the equations on the points
 * at hand, goes toward the solution as far as enough of independent points count, and fits a mixture to points drawn by their
 * weights there (population Monte Carlo; Cappe, Douc, Guillin, Marin, Robert 2008, Stat. Comput. 18:447). Modes apart from the
 * bulk are fitted while they still overlap with it.
 *
 * @param stream not advanced
 */
export function searchByMixtures(
	engine: Engine,
	task: IntegrationTask,
	searched: RandomNodes<DualField>,
	log2Count: number,
	stream: Uint32Array,
	onProgress: SolveContext["onProgress"],
): MixtureSearch {
	const own = splitStream(stream, FITS);
	let nodes = searched;
	let field: DualField = { dual: new Float64Array(task.equations.targets.length) };
	let start = field;
	let mixture: UnitMixture | undefined;
	let best: MixtureSearch | undefined;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		onProgress?.(0.1 + (0.2 * round) / MOST_ROUNDS, `mixture of normal densities, fit ${round}`);
		const tried = trial(engine, task, nodes, log2Count, start);
		const reached = tried.fraction;
		const last = best !== undefined && best.trial.fraction >= SERVES && reached < GAIN * best.trial.fraction;
		if (mixture && (!best || reached > best.trial.fraction)) best = { nodes, trial: tried };
		if (last) break;
		const solution = tried.solution.point.field;
		start = solution;
		field = reached >= SERVES ? solution : fieldWithin(field, solution, tried.fractionAt, SERVES);
		const rules: IntegrationRule[] = [];
		const probabilities = tried.sets.map(({ problem, source, weights }) => {
			rules.push(source.rule);
			return adaptiveUnit(engine, problem, source, weights, field).measure.probabilities;
		});
		const draws = resampledPoints(engine, rules, probabilities, FITTED_DRAWS, own);
		mixture = fittedMixture(engine, nodes.unit, draws, mixture);
		nodes = nodesOfMixture(engine, nodes.unit, mixture, field, stream);
	}
	return best!;
}
