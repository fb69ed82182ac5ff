import { type Engine, type RandomState, splitStream } from "@finitude/engine";
import { axisDeviations, type HiddenUnit } from "./hidden-unit.ts";
import { spread } from "./integration-errors.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { paddedSobolRule } from "./padded-sobol.ts";
import { trapezoidRule } from "./trapezoid.ts";

/** Up to this many dimensions a grid is finer than random points at the same cost. */
export const GRID_DIMENSIONS = 3;

/** A family of rules of rising accuracy. */
export interface RuleFamily {
	readonly kind: "trapezoid" | "sobol";
	/** The rules of one level: one grid, or several independent scrambles whose spread is the error. */
	rules(level: number): IntegrationRule[];
}

export interface RuleFamilyOptions {
	/** The largest tilt exponent: the grid ends where the prior falls exp(35) below exp(-exponent). Default 0, no tilt. */
	readonly largestExponent?: number;
	/** Every integrand takes the same value at w and -w; half of a grid then stands for all of it. */
	readonly even?: boolean;
	/** The scrambles. */
	readonly stream: RandomState;
	/** How many scrambles for an error estimate. */
	readonly scrambles?: number;
	/** log2 of the points of a scramble at level 0. */
	readonly log2Count?: number;
	/** A grid with more points than this at level 0 gives way to Sobol points: inputs so large that its step is tiny. */
	readonly gridBudget?: number;
}

/** exp(-35) = 6e-16: what lies outside is below the rounding unit of the average. */
const NEGLIGIBLE = 35;

/**
 * Rules for any integrand. Up to three dimensions: trapezoidal grids, the step of axis k min(0.3, 0.2 / max_a |u_ak|) at level
 * 0 and smaller by sqrt(2) with each level, so that two levels halve it. Above, for the kink of a homogeneous activation and
 * for grids beyond their budget: scrambled Sobol points, doubled with each level.
 */
export function ruleFamily(
	engine: Engine,
	unit: HiddenUnit,
	{
		largestExponent = 0,
		even = false,
		stream,
		scrambles = 8,
		log2Count = 11,
		gridBudget = 2 ** 26,
	}: RuleFamilyOptions,
): RuleFamily {
	const { dimension, activation } = unit;
	const kinked = activation.homogeneous === true && activation.polynomialDegree === undefined;
	if (dimension <= GRID_DIMENSIONS && !kinked) {
		const radius = Math.sqrt(2 * (NEGLIGIBLE + largestExponent));
		const steps = axisDeviations(unit).map((u) => Math.min(0.3, 0.2 / u));
		const grid = (level: number) =>
			trapezoidRule(
				dimension,
				steps.map((step) => step * 2 ** (-level / 2)),
				radius,
				{ even },
			);
		// The volume of the ball in cells, before its points are counted one by one.
		const cells = steps.reduce((product, step) => (product * radius) / step, 1);
		if (cells <= gridBudget && grid(0).count <= gridBudget) {
			return { kind: "trapezoid", rules: (level) => [grid(level)] };
		}
	}
	return {
		kind: "sobol",
		rules: (level) =>
			Array.from({ length: scrambles }, (_, k) =>
				paddedSobolRule(engine, dimension, log2Count + level, splitStream(stream, k)),
			),
	};
}

/** Numbers computed with rules of rising accuracy. */
export interface Refined {
	/** Of the finest level; the mean over its scrambles. */
	readonly values: Float64Array;
	/**
	 * The error estimate of each value. Grid: what the last refinement changed, which is the error of the level before and far
	 * above that of the finest one. Sobol: the standard error from the spread of the scrambles.
	 */
	readonly errors: Float64Array;
	/** How they go together, as in `IntegrationDeviations`: what each scramble, or the last refinement, deviates by. */
	readonly deviations: readonly Float64Array[];
	/** Whether all errors are within the tolerance. */
	readonly converged: boolean;
	/** Points evaluated at the finest level. */
	readonly points: number;
	readonly level: number;
}

/**
 * Raises the level until every error is within the tolerance, or the next level would exceed the budget. Sobol points are
 * doubled as often at once as their error foretells.
 *
 * @param evaluate the numbers wanted, by one rule
 * @param tolerance absolute, for each value, given the values
 * @param budget the most points that one level may have; the first level, and for a grid the second, are evaluated in any case
 * @param firstLevel may be negative: a grid that is known to be fine enough at a longer step, fewer Sobol points
 */
export function refine(
	family: RuleFamily,
	evaluate: (rule: IntegrationRule) => Float64Array,
	tolerance: (values: Float64Array) => Float64Array,
	budget: number,
	firstLevel = 0,
): Refined {
	let before: Float64Array | undefined;
	for (let level = firstLevel; ; ) {
		const rules = family.rules(level);
		const points = rules.reduce((sum, { count }) => sum + count, 0);
		const all = rules.map(evaluate);
		const values = average(all);
		const deviations =
			family.kind === "sobol"
				? spread(all)
				: [values.map((x, k) => (before ? x - before[k]! : Number.POSITIVE_INFINITY))];
		const errors = values.map((_, k) => Math.hypot(...deviations.map((d) => d[k]!)));
		const bounds = tolerance(values);
		const converged = errors.every((error, k) => error <= bounds[k]!);
		const found = { values, errors, deviations, converged, points, level };
		if (converged) return found;
		const sobol = family.kind === "sobol";
		const next = sobol ? 2 * points : family.rules(level + 1).reduce((sum, { count }) => sum + count, 0);
		if (next > budget && (before !== undefined || sobol)) return found;
		const excess = errors.reduce(
			(most, error, k) => (error > bounds[k]! ? Math.max(most, error / bounds[k]!) : most),
			1,
		);
		level += sobol ? Math.min(doublings(excess), Math.floor(Math.log2(budget / points))) : 1;
		before = values;
	}
}

/**
 * How often random points are to be doubled for their error to become as small as wanted: it falls at least as their inverse
 * root. At least once.
 *
 * @param excess the error as a multiple of that wanted
 */
export function doublings(excess: number): number {
	return Math.max(1, Math.ceil(2 * Math.log2(excess)));
}

function average(all: readonly Float64Array[]): Float64Array {
	return all[0]!.map((_, k) => all.reduce((sum, values) => sum + values[k]!, 0) / all.length);
}
