/** The equations by draws of the tilted measure itself, where importance sampling leaves too few points in effect. */
import { type Engine, matrix, type RandomState } from "@finitude/engine";
import { featureSource, type HiddenUnit, tiltedPopulation, type UnitChains } from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import { type AdaptiveProblem, adaptiveEquations } from "./adaptive-equations.ts";
import { adaptiveTilt, adaptiveUnit, type DualField } from "./adaptive-unit.ts";
import type { SolvedNodes } from "./integrate-adaptive.ts";
import { solveAdaptive } from "./solve-adaptive.ts";
import { startingField } from "./starting-field.ts";

/** Draws that each chain gives to the answer, sweeps from one to the next, and sweeps for each of the samples asked for. */
const [DRAWS, THINNING] = [8, 4];

/** Groups of chains that know nothing of each other. */
const GROUPS = 8;

/** Chains at least. */
const FEWEST_CHAINS = 512;

/** Draws serve a tilt as long as this fraction of them counts, and no answer is given with less than the second. */
const [SERVES, ANSWERS] = [0.3, 0.8];

/** Rounds of drawing, solving and drawing again. */
const MOST_ROUNDS = 60;

/** Residual of the equations on the draws of a round, and of the answer. */
const [ROUGH, ACCURATE] = [1e-4, 1e-8];

/** What the draws of the last round give. */
export interface SolvedByChains extends SolvedNodes {
	readonly sets: readonly SolvedNodes[];
	readonly chains: UnitChains;
}

export interface ChainSettings {
	/** Of the fitted proposal. */
	readonly scales: Float64Array;
	/** Sweeps of all chains together for the answer. */
	readonly samples: number;
	readonly stream: RandomState;
	/** Whether the outputs fluctuate; the tree where not. */
	readonly fluctuating: boolean;
}

/**
 * Draws at a tilt, the equations solved on the draws reweighted to the tilt of each Newton step, draws at the new tilt, until
 * the solution lies where its own draws count. On fixed draws the equations are deterministic. The first draws are the prior's;
 * where a solution lies beyond the reach of its draws, the next ones are drawn as far toward it as the reweighting carries.
 *
 * @param unit at the training points
 */
export function solveByChains(
	engine: Engine,
	problem: AdaptiveProblem,
	unit: HiddenUnit,
	{ scales, samples, stream, fluctuating }: ChainSettings,
	onProgress: SolveContext["onProgress"],
): SolvedByChains {
	const chains = GROUPS * Math.ceil(Math.max(FEWEST_CHAINS, samples / (DRAWS * THINNING)) / GROUPS);
	const population = tiltedPopulation(engine, unit, { chains, groups: GROUPS, scales, stream });
	let field: DualField = { dual: new Float64Array(problem.targets.length) };
	let final = false;
	for (let round = 0; ; round++) {
		onProgress?.(Math.min(0.9, 0.3 + round / MOST_ROUNDS), `Markov chains, round ${round + 1}`);
		const drawn = population.draw(final ? DRAWS : 1, THINNING);
		const solveOn = (rule: UnitChains["rule"], accuracy: number) => {
			const equations = adaptiveEquations(engine, problem, featureSource(engine, unit, rule));
			const start = fluctuating ? startingField(engine, equations, field) : field;
			return { equations, solution: solveAdaptive(engine, equations, start, accuracy) };
		};
		const { equations, solution } = solveOn(drawn.rule, final ? ACCURATE : ROUGH);
		const fraction = (at: DualField) =>
			adaptiveUnit(engine, problem, equations.source, equations.weights, at).measure.effectiveSampleSize /
			drawn.rule.count;
		const reached = fraction(solution.point.field);
		if (round + 1 >= MOST_ROUNDS || (final && reached >= ANSWERS)) {
			field = solution.point.field;
			const sets = drawn.groups.map((rule) => solveOn(rule, ROUGH));
			const converged = solution.converged && reached >= ANSWERS;
			return { equations, solution: { ...solution, converged }, sets, chains: drawn };
		}
		final = reached >= ANSWERS;
		field = reached >= SERVES ? solution.point.field : within(field, solution.point.field, fraction);
		population.moveTo(adaptiveTilt(problem, field));
	}
}

/** The farthest field on the way from one to another, to a sixteenth, for which enough draws count. */
function within(from: DualField, to: DualField, fraction: (field: DualField) => number): DualField {
	let [reached, beyond] = [0, 1];
	for (let halving = 0; halving < 4; halving++) {
		const middle = (reached + beyond) / 2;
		if (fraction(between(from, to, middle)) >= SERVES) reached = middle;
		else beyond = middle;
	}
	// Even the first sixteenth may be too far: half of it is still progress.
	return between(from, to, reached > 0 ? reached : beyond / 2);
}

function between(from: DualField, to: DualField, part: number): DualField {
	const dual = mixed(from.dual, to.dual, part);
	if (to.resolvent === undefined) return { dual };
	const { rows, data } = to.resolvent;
	return { dual, resolvent: matrix(rows, rows, mixed(from.resolvent?.data ?? new Float64Array(data.length), data, part)) };
}

function mixed(a: Float64Array, b: Float64Array, part: number): Float64Array {
	return a.map((x, k) => (1 - part) * x + part * b[k]!);
}
