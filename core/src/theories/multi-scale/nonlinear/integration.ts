/** What an integration of the adapted measure is asked for, and what it gives. */
import type { Engine, Matrix } from "@finitude/engine";
import type { Problem } from "../../../problem/problem.ts";
import {
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	trainingUnit,
	type UnitChains,
} from "../../../tilted-unit/index.ts";
import {
	type AdaptiveEquations,
	type AdaptiveProblem,
	adaptiveEquations,
	type PriorAnchor,
} from "./adaptive-equations.ts";
import { adaptiveUnit, type DualField } from "./adaptive-unit.ts";
import { solveByFewer } from "./defect-correction.ts";
import { type AdaptiveSolution, solveAdaptive } from "./solve-adaptive.ts";
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
	/** Normal densities that random nodes were drawn from. */
	readonly components?: number;
	/** Where the nodes were drawn by Markov chains. */
	readonly chains?: UnitChains;
}

/** What the search and the answer know of the problem. */
export interface IntegrationTask {
	readonly problem: Problem;
	readonly equations: AdaptiveProblem;
	/** Whether the outputs fluctuate; the tree where not. */
	readonly fluctuating: boolean;
	/** K0 over the training points. */
	readonly priorKernel: Matrix;
}

/** Residuals: far below the error of any nodes, that of random ones, and what is enough to find nodes and to see their error. */
export const [EXACT, ACCURATE, ROUGH] = [1e-12, 1e-6, 1e-4];

export interface SolveSettings {
	readonly accuracy: number;
	/** The residual that counts as solved where rounding ends the progress; the accuracy where not given. */
	readonly accepted?: number;
	readonly anchor?: PriorAnchor;
	/** The equations on far fewer nodes of the same unit, whose solution the start is. */
	readonly few?: AdaptiveEquations;
}

/** The equations solved by one rule. @param unit covering at least the training points */
export function solveOn(
	engine: Engine,
	{ equations: problem, fluctuating }: Pick<IntegrationTask, "equations" | "fluctuating">,
	unit: HiddenUnit,
	rule: IntegrationRule,
	start: DualField = { dual: new Float64Array(problem.targets.length) },
	{ accuracy, accepted = accuracy, anchor, few }: SolveSettings = { accuracy: ROUGH },
): SolvedNodes {
	const source = featureSource(engine, trainingUnit(unit), rule);
	const equations = adaptiveEquations(engine, problem, source, anchor);
	const field = fluctuating ? startingField(engine, equations, start) : start;
	const solution = few
		? solveByFewer(engine, equations, few, field, accuracy, accepted)
		: solveAdaptive(engine, equations, field, accuracy, accepted);
	return { equations, solution };
}

/** The fraction of the nodes that count under the tilt of a field. */
export function fractionOf(engine: Engine, { problem, source, weights }: AdaptiveEquations) {
	return (field: DualField): number =>
		adaptiveUnit(engine, problem, source, weights, field).measure.effectiveSampleSize / source.rule.count;
}
