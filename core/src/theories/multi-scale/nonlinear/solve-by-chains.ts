/** The equations by draws of the tilted measure itself, where importance sampling leaves too few points in effect. */
import type { Engine, RandomState } from "@finitude/engine";
import {
	featureSource,
	type HiddenUnit,
	LEAST_EFFECTIVE,
	type Population,
	type RandomNodes,
	resampledPoints,
	ruleWeights,
	tiltedPopulation,
	trainingUnit,
	type UnitChains,
} from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import type { AdaptiveProblem } from "./adaptive-equations.ts";
import { adaptiveTilt, adaptiveUnit, type DualField } from "./adaptive-unit.ts";
import { fieldWithin } from "./field-within.ts";
import { fractionOf, type SolvedNodes, solveOn } from "./integration.ts";

/** Draws that each chain gives to the answer, sweeps from one to the next, and sweeps for each of the samples asked for. */
const [DRAWS, THINNING] = [8, 2];

/** Sweeps before the draws of the answer, which remove what resampling leaves of bias where the chains mix. */
const WARM_UP = 32;

/** Groups of chains that know nothing of each other. */
const GROUPS = 8;

/** Chains at least. */
const FEWEST_CHAINS = 512;

/** Draws serve a tilt as long as this fraction of them counts, and no answer is given with less than the second. */
const [SERVES, ANSWERS] = [0.3, 0.8];

/** Rounds of drawing, solving and drawing again. */
const MOST_ROUNDS = 60;

/** Residual of the equations on the draws of the answer. */
const ACCURATE = 1e-6;

/** What the draws of the last round give. */
export interface SolvedByChains extends SolvedNodes {
	readonly sets: readonly SolvedNodes[];
	readonly chains: UnitChains;
}

export interface ChainSettings {
	/** Nodes of the proposal at hand: independent ones for each index. */
	readonly nodes: RandomNodes<unknown>;
	/** A solution by such nodes. */
	readonly start: DualField;
	/** Sweeps of all chains together for the answer. */
	readonly samples: number;
	readonly stream: RandomState;
	/** Whether the outputs fluctuate; the tree where not. */
	readonly fluctuating: boolean;
}

/** What the search by chains found. */
export interface ChainSearch {
	/** At training and test points. */
	readonly whole: HiddenUnit;
	/** At the training points. */
	readonly unit: HiddenUnit;
	/** At the tilt of the field. */
	readonly population: Population;
	/** Delta and R at which the draws count. */
	readonly field: DualField;
	/** Whether they do. */
	readonly settled: boolean;
}

/**
 * Draws at a tilt, the equations solved on the draws reweighted to the tilt of each Newton step, draws at the new tilt, until
 * the solution lies where its own draws count. On fixed draws the equations are deterministic. The first draws are points of the
 * proposal by their weights, so that every mode that it reaches has its share of the chains, or the prior's where too few count;
 * where a solution lies beyond the reach of its draws, the next ones are drawn as far toward it as the reweighting carries.
 *
 * @param whole the unit in the coordinates of the nodes
 */
export function searchByChains(
	engine: Engine,
	problem: AdaptiveProblem,
	whole: HiddenUnit,
	{ samples, stream, fluctuating, nodes, start }: ChainSettings,
	onProgress: SolveContext["onProgress"],
): ChainSearch {
	const chains = GROUPS * Math.ceil(Math.max(FEWEST_CHAINS, samples / (DRAWS * THINNING)) / GROUPS);
	const unit = trainingUnit(whole);
	const drawn = startingPoints(engine, problem, unit, nodes, start, chains, stream);
	const population = tiltedPopulation(engine, unit, {
		chains,
		groups: GROUPS,
		scales: nodes.scales,
		stream,
		...(drawn && { start: { points: drawn, tilt: adaptiveTilt(problem, start) } }),
	});
	let field: DualField = drawn ? start : { dual: new Float64Array(problem.targets.length) };
	for (let round = 0; round < MOST_ROUNDS; round++) {
		onProgress?.(0.3 + (0.4 * round) / MOST_ROUNDS, `Markov chains, round ${round + 1}`);
		const { rule } = population.draw(1, THINNING);
		const { equations, solution } = solveOn(engine, { equations: problem, fluctuating }, unit, rule, field);
		const fraction = fractionOf(engine, equations);
		const reached = fraction(solution.point.field);
		field =
			reached >= SERVES ? solution.point.field : fieldWithin(field, solution.point.field, fraction, SERVES);
		population.moveTo(adaptiveTilt(problem, field));
		if (reached >= ANSWERS) return { whole, unit, population, field, settled: true };
	}
	return { whole, unit, population, field, settled: false };
}

/** log2 of the nodes of each group that its chains start from, and the index of the first group's. */
const [START_NODES, START_INDEX] = [13, 200];

/** Undefined where fewer nodes count than an average needs. */
function startingPoints(
	engine: Engine,
	problem: AdaptiveProblem,
	unit: HiddenUnit,
	nodes: RandomNodes<unknown>,
	field: DualField,
	chains: number,
	stream: RandomState,
): Float64Array | undefined {
	const rules = Array.from({ length: GROUPS }, (_, g) => nodes.draw(START_NODES, START_INDEX + g));
	const measures = rules.map((rule) => {
		const source = featureSource(engine, unit, rule);
		return adaptiveUnit(engine, problem, source, ruleWeights(source), field).measure;
	});
	const size = measures.reduce((sum, { effectiveSampleSize }) => sum + effectiveSampleSize, 0);
	if (size < LEAST_EFFECTIVE) return undefined;
	return resampledPoints(
		engine,
		rules,
		measures.map(({ probabilities }) => probabilities),
		chains,
		stream,
	);
}

/** The answer by draws of the chains themselves. */
export function solveByChains(
	engine: Engine,
	problem: AdaptiveProblem,
	{ unit, population, field, settled }: ChainSearch,
	fluctuating: boolean,
): SolvedByChains {
	const task = { equations: problem, fluctuating };
	const chains = population.draw(DRAWS, THINNING, WARM_UP);
	const { equations, solution } = solveOn(engine, task, unit, chains.rule, field, { accuracy: ACCURATE });
	const reached = solution.point.field;
	const sets = chains.groups.map((rule) => solveOn(engine, task, unit, rule, reached));
	const counts = fractionOf(engine, equations)(reached) >= ANSWERS;
	return {
		equations,
		solution: { ...solution, converged: solution.converged && settled && counts },
		sets,
		chains,
	};
}
