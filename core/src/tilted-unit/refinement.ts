import { type Engine, type RandomState, splitStream } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { type HiddenUnit, largestDeviation } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { SOBOL_DIMENSIONS, sobolRule } from "./sobol.ts";
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
}

/** exp(-35) = 6e-16: what lies outside is below the rounding unit of the average. */
const NEGLIGIBLE = 35;

/**
 * Rules for any integrand. Up to three dimensions: trapezoidal grids, the step min(0.3, 0.2 / max|u_a|) at level 0 and smaller
 * by sqrt(2) with each level, so that two levels halve it. Above, and for the kink of a homogeneous activation: scrambled Sobol
 * points, doubled with each level.
 *
 * @throws InputError when there are more dimensions than direction numbers.
 */
export function ruleFamily(
	engine: Engine,
	unit: HiddenUnit,
	{ largestExponent = 0, even = false, stream, scrambles = 8, log2Count = 11 }: RuleFamilyOptions,
): RuleFamily {
	const { dimension, activation } = unit;
	const kinked = activation.homogeneous === true && activation.polynomialDegree === undefined;
	if (dimension <= GRID_DIMENSIONS && !kinked) {
		const radius = Math.sqrt(2 * (NEGLIGIBLE + largestExponent));
		const step = Math.min(0.3, 0.2 / largestDeviation(unit));
		return {
			kind: "trapezoid",
			rules: (level) => [trapezoidRule(dimension, step * 2 ** (-level / 2), radius, { even })],
		};
	}
	if (dimension > SOBOL_DIMENSIONS) {
		throw new InputError({
			where: "trainInputs",
			wanted: `points that span at most ${SOBOL_DIMENSIONS} dimensions (the bias counts as one), for averages over the weights of a unit`,
			got: `${dimension}`,
			advice:
				"Project the inputs on fewer dimensions, or use a theory that needs prior kernels only, such as nngp.",
		});
	}
	return {
		kind: "sobol",
		rules: (level) =>
			Array.from({ length: scrambles }, (_, k) =>
				sobolRule(engine, dimension, log2Count + level, splitStream(stream, k)),
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
	/** Whether all errors are within the tolerance. */
	readonly converged: boolean;
	/** Points evaluated at the finest level. */
	readonly points: number;
	readonly level: number;
}

/**
 * Raises the level until every error is within the tolerance, or the next level would exceed the budget.
 *
 * @param evaluate the numbers wanted, by one rule
 * @param tolerance absolute, for each value, given the values
 * @param budget the most points that one level may have
 */
export function refine(
	family: RuleFamily,
	evaluate: (rule: IntegrationRule) => Float64Array,
	tolerance: (values: Float64Array) => Float64Array,
	budget: number,
): Refined {
	let before: Float64Array | undefined;
	for (let level = 0; ; level++) {
		const rules = family.rules(level);
		const points = rules.reduce((sum, { count }) => sum + count, 0);
		const all = rules.map(evaluate);
		const values = average(all);
		const errors =
			family.kind === "sobol"
				? standardErrors(all, values)
				: values.map((x, k) => (before ? Math.abs(x - before[k]!) : Number.POSITIVE_INFINITY));
		const bounds = tolerance(values);
		const converged = errors.every((error, k) => error <= bounds[k]!);
		if (converged) return { values, errors, converged, points, level };
		const next = family.rules(level + 1).reduce((sum, { count }) => sum + count, 0);
		if (next > budget && (before !== undefined || family.kind === "sobol"))
			return { values, errors, converged, points, level };
		before = values;
	}
}

function average(all: readonly Float64Array[]): Float64Array {
	return all[0]!.map((_, k) => all.reduce((sum, values) => sum + values[k]!, 0) / all.length);
}

function standardErrors(all: readonly Float64Array[], mean: Float64Array): Float64Array {
	const m = all.length;
	return mean.map((center, k) =>
		Math.sqrt(all.reduce((sum, values) => sum + (values[k]! - center) ** 2, 0) / (m * (m - 1))),
	);
}
