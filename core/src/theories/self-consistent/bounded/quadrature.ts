/** Which points of integration a bounded unit is averaged over, and how the answer's error of integration is found. */
import { type Engine, seedStream } from "@finitude/engine";
import type { Problem } from "../../../problem/problem.ts";
import { type HiddenUnit, type IntegrationRule, searchedNodes } from "../../../tilted-unit/index.ts";
import { solveTree } from "../tree.ts";
import { boundedModel, boundedNetwork } from "./bounded-model.ts";
import { treeTilt } from "./unit-averages.ts";

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

/** The scrambles are part of the method, not of the problem: the same problem always gets the same points. */
const STREAM = seedStream(20210608);

/** log2 of the Sobol points of level 0. */
const FIRST = 14;

/** Sobol points at most, and multiplications that one pass for W'' may cost: about a second. */
const [MOST_SOBOL_POINTS, MOST_PRODUCTS] = [2 ** 17, 2 ** 30];

/** Features that one pass over a grid evaluates at most: about a second, of which an answer takes some ten. */
const MOST_FEATURES = 2 ** 26;

/** An activation that needs a level beyond this, an eighth of the step that is good for 1e-10, is not smooth. */
const FINEST = 8;

/** Grids or random points that suit the tilt at the tree. */
export function quadratureOf(engine: Engine, problem: Problem): Quadrature {
	const { width, readoutVariance } = boundedNetwork(problem);
	const nodes = searchedNodes<Float64Array>(
		engine,
		problem,
		{
			solve(unit, rule, start) {
				const model = boundedModel(engine, problem, unit, rule);
				return solveTree(engine, model.cumulant, model.targets, problem.noiseVariance, start).tau;
			},
			tilt: (tau) => treeTilt(readoutVariance / width, tau),
		},
		{ stream: STREAM },
	);
	const { unit, solution: tau } = nodes;
	if (nodes.kind === "trapezoid") {
		return {
			kind: "trapezoid",
			unit,
			rule: nodes.rule,
			tau,
			tolerance: 1e-10,
			mostPoints: Math.min(MOST_FEATURES / unit.points, nodes.rule(FINEST).count),
		};
	}
	return {
		kind: "sobol",
		unit,
		rule: (level) => nodes.draw(FIRST + level, level),
		tau,
		tolerance: 1e-4,
		mostPoints: Math.min(
			MOST_SOBOL_POINTS,
			Math.max(2 ** (FIRST + 1), MOST_PRODUCTS / unit.trainPoints ** 2),
		),
	};
}
