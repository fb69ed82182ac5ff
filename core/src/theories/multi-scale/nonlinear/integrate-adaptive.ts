/** The adapted measure by nodes that are good enough for it: a grid, random points of a fitted proposal, or Markov chains. */
import { type Engine, seedStream, splitStream } from "@finitude/engine";
import { InputError } from "../../../errors.ts";
import type { Problem } from "../../../problem/problem.ts";
import {
	featureSource,
	GRID_DIMENSIONS,
	type GridNodes,
	type HiddenUnit,
	type IntegrationRule,
	MOST_FEATURES,
	nodesOfProposal,
	priorShare,
	proposalOf,
	type RandomNodes,
	SETS,
	searchedNodes,
	trainingUnit,
	type UnitChains,
} from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import {
	type AdaptiveEquations,
	type AdaptiveProblem,
	adaptiveEquations,
	type PriorAnchor,
} from "./adaptive-equations.ts";
import { adaptiveTilt, type DualField } from "./adaptive-unit.ts";
import { type AdaptiveSolution, solveAdaptive } from "./solve-adaptive.ts";
import { type ChainSearch, fractionOf, searchByChains, solveByChains } from "./solve-by-chains.ts";
import { startingField } from "./starting-field.ts";

/** The equations and where they were left. */
export interface SolvedNodes {
	readonly equations: AdaptiveEquations;
	readonly solution: AdaptiveSolution;
}

/** The solution by the nodes of the answer, with what shows their error. */
export interface IntegratedAdaptive extends SolvedNodes {
	readonly integration: "quadrature" | "importance" | "chains";
	/** w covers at least the training points. */
	readonly unit: HiddenUnit;
	/** The quadrature before the last refinement; independent sets of random nodes, or groups of chains. */
	readonly sets: readonly SolvedNodes[];
	/** Where the nodes were drawn by Markov chains. */
	readonly chains?: UnitChains;
}

export interface IntegrationOptions {
	readonly samples: number;
	readonly seed: number;
	readonly quadrature: "auto" | "converged" | "sobol";
}

/** What the search and the answer know of the problem. */
export interface IntegrationTask {
	readonly problem: Problem;
	readonly equations: AdaptiveProblem;
	/** Whether the outputs fluctuate; the tree where not. */
	readonly fluctuating: boolean;
	/** K0 over the training points. */
	readonly priorKernel: PriorAnchor["kernel"];
}

/** Random nodes of which a smaller fraction counts under the tilt give way to Markov chains. */
const LEAST_FRACTION = 0.05;

/** A proposal of which a smaller fraction counts is fitted anew, to draws of Markov chains. */
const GOOD_FRACTION = 0.1;

/** Of the variances of that proposal: tails are to be covered too. */
const INFLATION = 1.15;

/** Residuals: far below the error of any nodes, that of random ones, and what is enough to find nodes and to see their error. */
const [EXACT, ACCURATE, ROUGH] = [1e-12, 1e-7, 1e-4];

/** Features on a grid at most: the equations take some twenty passes over them, a tenth of a second each. */
const MOST_GRID_FEATURES = MOST_FEATURES / 4;

/** Rounding in sums over a grid may end the progress before EXACT. */
const ROUNDING = 1e-9;

/**
 * A grid over at most three weights, refined until the means stand; else random nodes; Markov chains where too few of these
 * count.
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
			solve: (unit, rule, start) => solveOn(engine, task, unit, rule, start, ROUGH).solution.point.field,
			tilt: (field) => adaptiveTilt(task.equations, field),
		},
		{ stream, grids: options.quadrature !== "sobol" },
	);
	if (nodes.kind === "trapezoid") return refined(engine, task, nodes, means, onProgress);
	if (options.quadrature === "converged") throw beyondGrids(nodes.unit.dimension);
	return sampled(engine, task, nodes, options.samples, stream, onProgress);
}

function refined(
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
		const solved = solveOn(engine, task, unit, rule, field, EXACT, ROUNDING);
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

/** log2 of the points that find the solution before more of them make it accurate. */
const FIRST = 14;

function sampled(
	engine: Engine,
	task: IntegrationTask,
	searched: RandomNodes<DualField>,
	samples: number,
	stream: Uint32Array,
	onProgress: SolveContext["onProgress"],
): IntegratedAdaptive {
	const log2Count = Math.ceil(Math.log2(samples));
	onProgress?.(0.1, `adapted measure on ${2 ** Math.min(FIRST, log2Count)} nodes`);
	const few = Math.min(FIRST, log2Count);
	let nodes = searched;
	let coarse = trial(engine, task, nodes, few, nodes.solution);
	const search = () => {
		const settings = {
			nodes,
			start: coarse.solution.point.field,
			samples,
			stream: splitStream(stream, CHAINS),
			fluctuating: task.fluctuating,
		};
		return searchByChains(engine, task.equations, nodes.unit, settings, onProgress);
	};
	const byChains = (found: ChainSearch): IntegratedAdaptive => ({
		...solveByChains(engine, task.equations, found, task.fluctuating),
		integration: "chains",
		unit: found.whole,
	});
	let found: ChainSearch | undefined;
	if (coarse.fraction < GOOD_FRACTION) {
		found = search();
		const { population, field } = found;
		const proposal = proposalOf(engine, nodes.unit, population.covariance(), population.chains, INFLATION);
		const refitted = nodesOfProposal(engine, proposal, field, stream);
		const again = trial(engine, task, refitted, few, field);
		if (again.fraction < LEAST_FRACTION) return byChains(found);
		nodes = refitted;
		coarse = again;
	}
	const { unit } = nodes;
	const { source, prior } = coarse.equations;
	const share = priorShare(engine, source, prior, coarse.solution.point.unit.measure);
	const anchor = { share: Math.min(1, Math.max(0, share)), kernel: task.priorKernel };
	onProgress?.(0.3, `adapted measure on ${2 ** log2Count} nodes`);
	const { field } = coarse.solution.point;
	const solved = solveOn(engine, task, unit, nodes.draw(log2Count, 0), field, ACCURATE, ACCURATE, anchor);
	if (fractionOf(engine, solved.equations)(solved.solution.point.field) < LEAST_FRACTION) {
		return byChains(found ?? search());
	}
	const sets = Array.from({ length: SETS }, (_, k) => {
		onProgress?.(0.6 + (0.3 * k) / SETS, `set ${k + 1} of ${SETS}, which show the error`);
		const rule = nodes.draw(log2Count - Math.log2(SETS), k + 1);
		return solveOn(engine, task, unit, rule, solved.solution.point.field, ROUGH, ROUGH, anchor);
	});
	return { ...solved, integration: "importance", unit, sets };
}

/** The stream of the chains, apart from those of the points. */
const CHAINS = 1000;

/**
 * The solution on some nodes, and the fraction of others like them that counts at it: a solution on nodes that miss a part of the
 * measure makes those very nodes look better than they are.
 */
function trial(
	engine: Engine,
	task: IntegrationTask,
	nodes: RandomNodes<DualField>,
	log2Count: number,
	start: DualField,
): SolvedNodes & { readonly fraction: number } {
	const solved = solveOn(engine, task, nodes.unit, nodes.draw(log2Count, SETS + 1), start);
	const source = featureSource(engine, trainingUnit(nodes.unit), nodes.draw(log2Count, SETS + 2));
	const others = adaptiveEquations(engine, task.equations, source);
	const { field } = solved.solution.point;
	const fraction = Math.min(
		...[solved.equations, others].map((equations) => fractionOf(engine, equations)(field)),
	);
	return { ...solved, fraction: solved.solution.converged ? fraction : 0 };
}

function solveOn(
	engine: Engine,
	task: IntegrationTask,
	unit: HiddenUnit,
	rule: IntegrationRule,
	start: DualField = { dual: new Float64Array(task.equations.targets.length) },
	accuracy = ROUGH,
	accepted = accuracy,
	anchor?: PriorAnchor,
): SolvedNodes {
	const source = featureSource(engine, trainingUnit(unit), rule);
	const equations = adaptiveEquations(engine, task.equations, source, anchor);
	const field = task.fluctuating ? startingField(engine, equations, start) : start;
	return { equations, solution: solveAdaptive(engine, equations, field, accuracy, accepted) };
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
