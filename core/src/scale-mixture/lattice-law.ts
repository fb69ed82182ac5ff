/** A posterior density on the nodes of a lattice: the trapezoidal rule as a discrete law. */
import type { ScalarFunctions } from "../samplers/scalar-functions.ts";

/** Expectations over the nodes are those over the density, up to the error of the rule. */
export interface LatticeLaw {
	/** Nodes with their probabilities. */
	readonly probabilities: Float64Array;
	/** Log of the sum over all nodes times the volume of a cell: the normalization of the density. */
	readonly logTotal: number;
	/** Step of the lattice, in the units of the law. */
	readonly step: number;
	/** |change of logTotal when the step is doubled|; the error at the step itself is about its square or smaller. */
	readonly residual: number;
	/** How many steps were tried. */
	readonly refinements: number;
}

/** Each step of the refinement is this fraction of the one before: nodes of a three-dimensional lattice grow by 2.8 only. */
const REFINEMENT = Math.SQRT1_2;

/** Refinements after which a law is returned as it is, with its residual. */
const MOST_REFINEMENTS = 16;

/** Normalizes log densities at the nodes of a lattice. @param cell log of the volume of a cell */
export function normalized({ exp, log }: ScalarFunctions, logDensities: readonly number[], cell: number) {
	const top = logDensities.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
	const probabilities = Float64Array.from(logDensities, (value) => exp(value - top));
	const total = probabilities.reduce((a, b) => a + b, 0);
	for (let i = 0; i < probabilities.length; i++) probabilities[i]! /= total;
	return { probabilities, logTotal: top + log(total) + cell };
}

/** A law with the step that was found for it. */
type Refined<Law> = Law & Pick<LatticeLaw, "step" | "residual" | "refinements">;

/**
 * Refines the step until doubling it changes `logTotal` by `largestResidual` at most. The error for a smooth density falls at
 * least as e^(-constant/step), so that what is left is about the square of the residual.
 *
 * @param lawOf undefined where a step would cost too much: the law before it is then returned with its residual, Infinity
 * where nothing was doubled yet
 * @returns undefined where the first step costs too much
 */
export function refined<Law extends { readonly logTotal: number }>(
	firstStep: number,
	largestResidual: number,
	lawOf: (step: number) => Law,
): Refined<Law>;
export function refined<Law extends { readonly logTotal: number }>(
	firstStep: number,
	largestResidual: number,
	lawOf: (step: number) => Law | undefined,
): Refined<Law> | undefined;
export function refined<Law extends { readonly logTotal: number }>(
	firstStep: number,
	largestResidual: number,
	lawOf: (step: number) => Law | undefined,
): Refined<Law> | undefined {
	const totals: number[] = [];
	let last: Refined<Law> | undefined;
	for (let refinements = 0; ; refinements++) {
		const step = firstStep * REFINEMENT ** refinements;
		const law = lawOf(step);
		if (law === undefined) return last;
		totals.push(law.logTotal);
		const residual =
			refinements < 2 ? Number.POSITIVE_INFINITY : Math.abs(law.logTotal - totals[refinements - 2]!);
		last = { ...law, step, residual, refinements };
		if (residual <= largestResidual || refinements === MOST_REFINEMENTS) return last;
	}
}

/** Draws nodes with their probabilities. @param uniform in [0, 1) */
export function createNodeDraw(probabilities: Float64Array): (uniform: number) => number {
	const cumulative = new Float64Array(probabilities.length);
	let sum = 0;
	probabilities.forEach((p, i) => {
		sum += p;
		cumulative[i] = sum;
	});
	return (uniform) => {
		const target = uniform * sum;
		let [low, high] = [0, cumulative.length - 1];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (cumulative[middle]! > target) high = middle;
			else low = middle + 1;
		}
		return low;
	};
}
