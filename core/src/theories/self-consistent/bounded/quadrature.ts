/** Which points of integration a bounded unit is averaged over, and how the answer's error of integration is found. */
import { type Engine, seedStream, splitStream } from "@finitude/engine";
import type { Problem } from "../../../problem/problem.ts";
import {
	GRID_DIMENSIONS,
	type HiddenUnit,
	hiddenUnit,
	type IntegrationRule,
	largestDeviation,
	paddedSobolRule,
	stretchedRule,
	trapezoidRule,
} from "../../../tilted-unit/index.ts";
import { solveTree } from "../tree.ts";
import { type BoundedModel, boundedModel } from "./bounded-model.ts";
import { type Proposal, tiltedProposal } from "./proposal.ts";

/** Rules of rising accuracy for one problem. */
export interface Quadrature {
	readonly kind: "trapezoid" | "sobol";
	readonly unit: HiddenUnit;
	/** The rule of a level: each shortens the step of the one before by sqrt(2), or doubles its points. */
	rule(level: number): IntegrationRule;
	/** tau of the tree by a coarse rule. */
	readonly tau: Float64Array;
	/** The answer is accepted when a level moves the mean by less than this, relative to the largest target. */
	readonly tolerance: number;
	/** No level may have more points. */
	readonly mostPoints: number;
}

/** A problem's first layer and what it is averaged over. */
export function quadratureOf(engine: Engine, problem: Problem): Quadrature {
	const all = hiddenUnit(engine, problem);
	const unit = all.dimension <= GRID_DIMENSIONS ? all : hiddenUnit(engine, problem, { reduceTo: "training" });
	return unit.dimension <= GRID_DIMENSIONS
		? gridQuadrature(engine, problem, unit)
		: sobolQuadrature(engine, problem, unit);
}

/** exp(-35) = 6e-16: what lies outside is below the rounding unit of the average. */
const NEGLIGIBLE = 35;

/** Features that one pass over a level evaluates at most: about a second, of which an answer takes some ten. */
const MOST_FEATURES = 2 ** 26;

/** Features of a grid that only finds the region: the next levels have several times as many. */
const MOST_SEARCHED = 2 ** 22;

/** The step of level 0 over min(0.3, 0.2 / max |u_a|), which in most cases is good for 1e-10 and reached at level 2. */
const COARSEST = 2;

/** An activation that needs a level beyond this, an eighth of the step that is good for 1e-10, is not smooth. */
const FINEST = 8;

/**
 * Grids within |w| <= R, R^2/2 exceeding the largest tilt exponent at the tree by 35. Finer levels also reach further, so that
 * what a level changes holds the error of the region too.
 */
function gridQuadrature(engine: Engine, problem: Problem, unit: HiddenUnit): Quadrature {
	const even = unit.activation.odd;
	const step = Math.min(0.3, 0.2 / largestDeviation(unit));
	const reach = (exponent: number, level: number) => Math.sqrt(2 * (NEGLIGIBLE + 5 * level + exponent));
	const grid = (h: number, radius: number) => trapezoidRule(unit.dimension, h, radius, { even });
	let exponent = 0;
	let tau: Float64Array | undefined;
	for (;;) {
		// Twice the step serves to find the region: the exponent is wanted to a unit or so.
		const coarse = grid(2 * step, reach(exponent, 0));
		// A tilt as strong as that has moved the weights out of every grid's reach.
		if (coarse.count > MOST_SEARCHED / unit.points) return sobolQuadrature(engine, problem, unit);
		const model = boundedModel(engine, problem, unit, coarse, { ...(tau && { tree: tau }) });
		tau = treeOf(engine, problem, model);
		const found = model.largestExponent(tau);
		const settled = found <= exponent + 0.5;
		exponent = Math.max(exponent, found);
		if (settled) break;
	}
	const rule = (level: number) => grid(COARSEST * step * 2 ** (-level / 2), reach(exponent, level));
	return {
		kind: "trapezoid",
		unit,
		rule,
		tau,
		tolerance: 1e-10,
		mostPoints: Math.min(MOST_FEATURES / unit.points, rule(FINEST).count),
	};
}

/** The scrambles are part of the method, not of the problem: the same problem always gets the same points. */
const STREAM = seedStream(20210608);

/** log2 of the points that the proposal is fitted with, and of those of level 0. */
const [FITTING, FIRST] = [12, 14];

/** Sobol points at most, and multiplications that one pass for W'' may cost: about a second. */
const [MOST_SOBOL_POINTS, MOST_PRODUCTS] = [2 ** 17, 2 ** 30];

/** Scrambled Sobol points of a proposal that is fitted to the tilt at the tree. */
function sobolQuadrature(engine: Engine, problem: Problem, unit: HiddenUnit): Quadrature {
	const rule = (proposal: Proposal, log2Count: number, index: number) =>
		stretchedRule(
			paddedSobolRule(engine, unit.dimension, log2Count, splitStream(STREAM, index)),
			proposal.scales,
		);
	const { proposal, tau } = tiltedProposal(engine, problem, unit, (candidate, round) =>
		rule(candidate, FITTING, 100 + round),
	);
	return {
		kind: "sobol",
		unit: proposal.unit,
		rule: (level) => rule(proposal, FIRST + level, level),
		tau,
		tolerance: 1e-4,
		mostPoints: Math.min(
			MOST_SOBOL_POINTS,
			Math.max(2 ** (FIRST + 1), MOST_PRODUCTS / unit.trainPoints ** 2),
		),
	};
}

/** tau of the tree by the model's rule. */
function treeOf(engine: Engine, { noiseVariance }: Problem, model: BoundedModel): Float64Array {
	return solveTree(engine, model.cumulant, model.targets, noiseVariance, model.starts?.tree).tau;
}
