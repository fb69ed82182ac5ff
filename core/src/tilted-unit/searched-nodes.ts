/** The nodes of a tilted unit that is known only by solving a theory: the region that its weights move to is searched. */
import { type Engine, type RandomState, splitStream } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { featureSource } from "./features.ts";
import { type HiddenUnit, hiddenUnit, largestDeviation, trainingUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { keptRule } from "./kept-rule.ts";
import { paddedSobolRule } from "./padded-sobol.ts";
import { GRID_DIMENSIONS } from "./refinement.ts";
import { type Proposal, refittedProposal, type TiltedTheory } from "./refitted-proposal.ts";
import { stretchedRule } from "./stretched-rule.ts";
import { pointExponents } from "./tilted-measure.ts";
import { trapezoidRule } from "./trapezoid.ts";

/** Grids of rising accuracy that reach as far as the tilt does. */
export interface GridNodes<Solution> {
	readonly kind: "trapezoid";
	/** w covers every point. */
	readonly unit: HiddenUnit;
	/** Each level shortens the step of the one before by sqrt(2), from a coarse grid on; level 2 is good for 1e-10 in most cases. */
	rule(level: number): IntegrationRule;
	/** The theory's by the last grid of the search. */
	readonly solution: Solution;
}

/** Scrambled Sobol points of a proposal fitted to the tilt. */
export interface RandomNodes<Solution> {
	readonly kind: "sobol";
	/** w covers at least the training points; its coordinates are those of the proposal. */
	readonly unit: HiddenUnit;
	/** Standard deviations of the leading coordinates of w under the proposal. */
	readonly scales: Float64Array;
	/** Of the proposal: 1, or the normal densities of a mixture. */
	readonly components: number;
	/** 2^log2Count points; another index gives independent ones. */
	draw(log2Count: number, index: number): IntegrationRule;
	/** The theory's by the points of the last round of fitting. */
	readonly solution: Solution;
}

export type SearchedNodes<Solution> = GridNodes<Solution> | RandomNodes<Solution>;

export interface SearchOptions {
	/** Of the random nodes; not advanced. */
	readonly stream: RandomState;
	/** Grids are not considered where false. */
	readonly grids?: boolean;
}

/**
 * Grids where the points span at most three weights and the tilt leaves them in reach; else random points, of the weights that
 * the training points depend on.
 *
 * @param theory for a bounded activation, whose tilt exists for all fields
 */
export function searchedNodes<Solution>(
	engine: Engine,
	problem: Problem,
	theory: TiltedTheory<Solution>,
	{ stream, grids = true }: SearchOptions,
): SearchedNodes<Solution> {
	const all = hiddenUnit(engine, problem);
	const unit =
		grids && all.dimension <= GRID_DIMENSIONS ? all : hiddenUnit(engine, problem, { reduceTo: "training" });
	const grid = grids && unit.dimension <= GRID_DIMENSIONS ? gridNodes(engine, unit, theory) : undefined;
	return grid ?? randomNodes(engine, unit, problem.trainTargets.data, theory, stream);
}

/** exp(-35) = 6e-16: what lies outside is below the rounding unit of the average. */
const NEGLIGIBLE = 35;

/** Features of a grid that only finds the region: the next levels have several times as many. */
const MOST_SEARCHED = 2 ** 22;

/** The step of level 0 over min(0.3, 0.2 / max |u_a|), which in most cases is good for 1e-10 and reached at level 2. */
const COARSEST = 2;

/**
 * Grids within |w| <= R, R^2/2 exceeding the largest tilt exponent at the solution by 35. Finer levels also reach further, so
 * that what a level changes holds the error of the region too.
 *
 * @returns undefined for a tilt that moves the weights out of every grid's reach
 */
function gridNodes<Solution>(
	engine: Engine,
	unit: HiddenUnit,
	theory: TiltedTheory<Solution>,
): GridNodes<Solution> | undefined {
	const even = unit.activation.odd;
	const step = Math.min(0.3, 0.2 / largestDeviation(unit));
	const reach = (exponent: number, level: number) => Math.sqrt(2 * (NEGLIGIBLE + 5 * level + exponent));
	const grid = (h: number, radius: number) => trapezoidRule(unit.dimension, h, radius, { even });
	const train = trainingUnit(unit);
	let exponent = 0;
	let solution: Solution | undefined;
	for (;;) {
		// Twice the step serves to find the region: the exponent is wanted to a unit or so.
		const coarse = grid(2 * step, reach(exponent, 0));
		if (coarse.count > MOST_SEARCHED / unit.points) return undefined;
		solution = theory.solve(unit, coarse, solution);
		const exponents = pointExponents(
			engine,
			featureSource(engine, train, coarse, { stored: 0 }),
			theory.tilt(solution),
		);
		const found = exponents.reduce((most, x) => Math.max(most, x), 0);
		const settled = found <= exponent + 0.5;
		exponent = Math.max(exponent, found);
		if (settled) break;
	}
	return {
		kind: "trapezoid",
		unit,
		rule: (level) => grid(COARSEST * step * 2 ** (-level / 2), reach(exponent, level)),
		solution,
	};
}

/** log2 of the points that the proposal is fitted with. */
const FITTING = 12;

/** The points of round k are those of index 100 + k, apart from all that are drawn with the proposal. */
const FITTING_INDEX = 100;

function randomNodes<Solution>(
	engine: Engine,
	unit: HiddenUnit,
	targets: Float64Array,
	theory: TiltedTheory<Solution>,
	stream: RandomState,
): RandomNodes<Solution> {
	const { proposal, solution } = refittedProposal(engine, theory, unit, targets, (candidate, round) =>
		nodesOfProposal(engine, candidate, undefined, stream).draw(FITTING, FITTING_INDEX + round),
	);
	return nodesOfProposal(engine, proposal, solution, stream);
}

/** Scrambled Sobol points of a proposal. @param stream not advanced */
export function nodesOfProposal<Solution>(
	engine: Engine,
	{ unit, scales }: Proposal,
	solution: Solution,
	stream: RandomState,
): RandomNodes<Solution> {
	return {
		kind: "sobol",
		unit,
		scales,
		components: 1,
		draw: (log2Count, index) =>
			keptRule(
				stretchedRule(paddedSobolRule(engine, unit.dimension, log2Count, splitStream(stream, index)), scales),
			),
		solution,
	};
}
