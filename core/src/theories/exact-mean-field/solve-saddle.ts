/** The saddle on nodes good enough for the answer, with the error that they leave. */
import type { Engine, Matrix } from "@finitude/engine";
import type { IntegrationErrors } from "../../answer/answer.ts";
import {
	errorsBySets,
	featureSource,
	type IntegrationRule,
	type JudgedNumbers,
	keptRule,
	lastChanges,
	MOST_FEATURES,
	NO_ERRORS,
	type SampledNodes,
	SETS,
	trainingUnit,
	type UnitNodes,
	type WhitenedUnit,
} from "../../tilted-unit/index.ts";
import type { SolveContext } from "../theory.ts";
import { anchorOf } from "./anchor.ts";
import { type NeuronLaw, neuronLaw } from "./neurons.ts";
import { type SaddleSolution, SOLVED, solveSaddle } from "./newton.ts";
import { forceOf, freeEnergy, type SaddleProblem } from "./saddle-equations.ts";
import { findSaddle, startingKernel } from "./starts.ts";

/** What one set of nodes says. */
export interface SaddleOnNodes {
	readonly rule: IntegrationRule;
	readonly law: NeuronLaw;
	/** Undefined where Newton's method has no start: the density of the neurons cannot be normalized. */
	readonly solution: SaddleSolution | undefined;
}

/** The saddle with the error of its nodes. */
export interface IntegratedSaddle extends SaddleOnNodes {
	/** Undefined where a set or a level that is compared was not solved. */
	readonly errors: IntegrationErrors | undefined;
}

export interface IntegrationTask {
	readonly unit: WhitenedUnit;
	readonly problem: SaddleProblem;
	readonly nodes: UnitNodes;
	/** E_prior[phi phi^T], P x P. */
	readonly priorMoment: Matrix;
	/** Where to start. */
	readonly guess: Matrix;
	/** What the nodes of a solved saddle say at all points, the log evidence apart. */
	readonly judge: (saddle: SaddleOnNodes, solution: SaddleSolution) => JudgedNumbers;
}

/** A refinement of a quadrature is the last when it moves the means by less than this, relative to the largest target. */
const ACCURATE = 1e-10;

/** The residual that is sought on many random nodes, whose error is far above it: what equal theories are compared to. */
const MANY_NODES = 1e-11;

/** Solves on the nodes of the answer, and on those that show its error. */
export function integrateSaddle(
	task: IntegrationTask,
	{ engine, onProgress }: SolveContext,
): IntegratedSaddle {
	return task.nodes.kind === "sampled"
		? sampledSaddle(engine, task, task.nodes, onProgress)
		: refinedSaddle(engine, task, onProgress);
}

/** Levels from below the usual one until the means stand. */
function refinedSaddle(
	engine: Engine,
	task: IntegrationTask,
	onProgress: SolveContext["onProgress"],
): IntegratedSaddle {
	const { nodes, unit, problem } = task;
	if (nodes.kind !== "quadrature") throw new RangeError("refinedSaddle: wanted quadrature nodes.");
	const scale = problem.targets.data.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
	let before: JudgedNumbers | undefined;
	let guess = task.guess;
	let steps = 0;
	for (let level = nodes.exact ? 0 : -1; ; level++) {
		const rule = nodes.rule(level);
		onProgress?.(1 - 2 ** -(level + 2), `saddle on ${rule.count} nodes`);
		const saddle = solveOn(engine, { ...task, guess }, rule, { random: false });
		const { solution } = saddle;
		steps += solution?.iterations ?? 0;
		if (nodes.exact) return { ...saddle, errors: NO_ERRORS };
		const after = solution?.converged ? judged(task, saddle, solution) : undefined;
		const errors = before && after && lastChanges(before, after);
		const last = nodes.rule(level + 1).count * unit.inputs.rows > MOST_FEATURES;
		const settled = errors !== undefined && errors.mean! <= ACCURATE * scale;
		if (after === undefined || (level >= 0 && (settled || last))) {
			return { ...saddle, solution: solution && { ...solution, iterations: steps }, errors };
		}
		guess = solution!.point.kernel;
		before = after;
	}
}

/**
 * The smaller sets, each from the solution of the one before, and from the last one the nodes of the answer. The pilot, where
 * there is one, comes first: the others start from its solution and take its Jacobian.
 */
function sampledSaddle(
	engine: Engine,
	task: IntegrationTask,
	{ rule, sets, pilot }: SampledNodes,
	onProgress: SolveContext["onProgress"],
): IntegratedSaddle {
	const alone: JudgedNumbers[] = [];
	let { guess } = task;
	let steps = 0;
	let law: NeuronLaw | undefined;
	if (pilot) {
		onProgress?.(0, `saddle on ${pilot.count} nodes`);
		const saddle = solveOn(engine, task, keptRule(pilot), { random: true, accuracy: SOLVED });
		steps += saddle.solution?.iterations ?? 0;
		if (saddle.solution?.converged) {
			guess = saddle.solution.point.kernel;
			law = saddle.law;
		}
	}
	for (const [k, set] of sets.entries()) {
		onProgress?.(k / (2 * SETS), `saddle on ${set.count} nodes, set ${k + 1} of ${SETS}`);
		const saddle = solveOn(engine, { ...task, guess }, keptRule(set), {
			random: true,
			accuracy: SOLVED,
			pilot: law,
		});
		const { solution } = saddle;
		steps += solution?.iterations ?? 0;
		// Fewer nodes may fail where all of them do not; one set without a solution leaves the error unknown.
		if (!solution?.converged) break;
		guess = solution.point.kernel;
		alone.push(judged(task, saddle, solution));
	}
	onProgress?.(0.5, `saddle on ${rule.count} nodes`);
	const saddle = solveOn(engine, { ...task, guess }, keptRule(rule), {
		random: true,
		...(law && { pilot: law, accuracy: MANY_NODES }),
	});
	const { solution } = saddle;
	return {
		...saddle,
		solution: solution && { ...solution, iterations: steps + solution.iterations },
		errors:
			alone.length === sets.length && solution?.converged
				? errorsBySets(judged(task, saddle, solution), alone, rule.count / sets[0]!.count)
				: undefined,
	};
}

/**
 * @param random sampled nodes: what is known of the prior takes the place of a part of its estimate
 * @param pilot solved on fewer nodes: the guess is its solution
 */
function solveOn(
	engine: Engine,
	{ unit, problem, guess, priorMoment }: IntegrationTask,
	rule: IntegrationRule,
	{ random, accuracy, pilot }: { random: boolean; accuracy?: number; pilot?: NeuronLaw | undefined },
): SaddleOnNodes {
	const law = neuronLaw(engine, featureSource(engine, trainingUnit(unit), rule));
	if (!random) return { rule, law, solution: findSaddle(engine, law, problem, guess, accuracy) };
	const start = pilot ? guess : startingKernel(engine, law, problem, guess);
	const force = start && forceOf(engine, problem, start);
	const measure = force && law.at(force.dual)?.measure;
	const anchored = measure ? law.anchored(anchorOf(engine, law, priorMoment, measure)) : law;
	const near = pilot && solveSaddle(engine, anchored, problem, guess, accuracy, pilot);
	const solution = near?.converged ? near : findSaddle(engine, anchored, problem, guess, accuracy);
	return { rule, law: anchored, solution };
}

function judged(
	{ problem, judge }: IntegrationTask,
	saddle: SaddleOnNodes,
	solution: SaddleSolution,
): JudgedNumbers {
	const { kernel, force, neurons } = solution.point;
	return {
		...judge(saddle, solution),
		logEvidence: -freeEnergy(problem, kernel, force, neurons.logNormalizer),
	};
}
