/** The equations by draws of the tilted measure itself, where importance sampling leaves too few points in effect. */
import { type Engine, matrix, type RandomState } from "@finitude/engine";
import {
	featureSource,
	type HiddenUnit,
	resampledPoints,
	SETS,
	tiltedChains,
	type UnitChains,
} from "../../../tilted-unit/index.ts";
import type { SolveContext } from "../../theory.ts";
import { type AdaptiveProblem, adaptiveEquations } from "./adaptive-equations.ts";
import { adaptiveTilt, adaptiveUnit, type DualField } from "./adaptive-unit.ts";
import type { SolvedNodes } from "./integrate-adaptive.ts";
import { solveAdaptive } from "./solve-adaptive.ts";

/** Chains side by side. */
const CHAINS = 512;

/** Sweeps from one draw to the next: the draws that are kept are then nearly independent. */
const THINNING = 4;

/** Sweeps before the first draw: of the first round, from resampled points, and of those that go on from the round before. */
const [FIRST_WARM_UP, WARM_UP] = [60, 20];

/** Of a round that only moves the tilt along. */
const SEARCH_DRAWS = 32;

/** Draws serve a tilt as long as this fraction of them counts, and no answer is given with less than the second. */
const [SERVES, ANSWERS] = [0.3, 0.8];

/** Rounds of drawing, solving and drawing again. */
const MOST_ROUNDS = 30;

/** Residual of the equations on the draws of a round, and of the answer. */
const [ROUGH, ACCURATE] = [1e-4, 1e-8];

interface ChainStart {
	/** At the training points. */
	readonly unit: HiddenUnit;
	/** Of the fitted proposal. */
	readonly scales: Float64Array;
	/** The solution by random points of that proposal. */
	readonly from: SolvedNodes;
}

/** What the draws of the last round give. */
export interface SolvedByChains extends SolvedNodes {
	readonly sets: readonly SolvedNodes[];
	readonly chains: UnitChains;
}

/**
 * Draws at a tilt, the equations solved on the draws reweighted to the tilt of each Newton step, draws at the new tilt, until
 * the solution lies where its own draws count. On fixed draws the equations are deterministic. Where a solution lies beyond the
 * reach of its draws, the next ones are drawn as far toward it as the reweighting carries.
 *
 * @param samples sweeps of all chains together in the last round
 */
export function solveByChains(
	engine: Engine,
	problem: AdaptiveProblem,
	{ unit, scales, from }: ChainStart,
	{ samples, stream }: { readonly samples: number; readonly stream: RandomState },
	onProgress: SolveContext["onProgress"],
): SolvedByChains {
	const { measure } = from.solution.point.unit;
	let field = from.solution.point.field;
	let start = resampledPoints(engine, from.equations.source.rule, measure.probabilities, CHAINS, stream);
	let final = false;
	for (let round = 0; ; round++) {
		onProgress?.(Math.min(0.9, 0.3 + round / MOST_ROUNDS), `Markov chains, round ${round + 1}`);
		const draws = final ? Math.max(SEARCH_DRAWS, Math.round(samples / (CHAINS * THINNING))) : SEARCH_DRAWS;
		const chains = tiltedChains(engine, unit, adaptiveTilt(problem, field), {
			start,
			scales,
			warmUp: round === 0 ? FIRST_WARM_UP : WARM_UP,
			draws,
			thinning: THINNING,
			groups: SETS,
			stream,
		});
		start = chains.end;
		const source = featureSource(engine, unit, chains.rule);
		const equations = adaptiveEquations(engine, problem, source);
		const fraction = (at: DualField) =>
			adaptiveUnit(engine, problem, source, equations.weights, at).measure.effectiveSampleSize /
			chains.rule.count;
		const solution = solveAdaptive(engine, equations, field, final ? ACCURATE : ROUGH);
		const reached = fraction(solution.point.field);
		const last = round + 1 >= MOST_ROUNDS;
		if (last || (final && reached >= ANSWERS)) {
			const sets = chains.groups.map((rule) => {
				const own = adaptiveEquations(engine, problem, featureSource(engine, unit, rule));
				return { equations: own, solution: solveAdaptive(engine, own, solution.point.field, ROUGH) };
			});
			const converged = solution.converged && reached >= ANSWERS;
			return { equations, solution: { ...solution, converged }, sets, chains };
		}
		final = reached >= ANSWERS;
		field = reached >= SERVES ? solution.point.field : within(field, solution.point.field, fraction);
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
	const mix = (a: Float64Array, b: Float64Array) => a.map((x, k) => (1 - part) * x + part * b[k]!);
	return {
		dual: mix(from.dual, to.dual),
		resolvent:
			from.resolvent &&
			to.resolvent &&
			matrix(from.resolvent.rows, from.resolvent.rows, mix(from.resolvent.data, to.resolvent.data)),
	};
}
