/** Where to look for a tilted unit: a normal density broader than the prior along the few directions of the tilt. */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import { completedBasis } from "./completed-basis.ts";
import { featureSource } from "./features.ts";
import { type HiddenUnit, oriented, trainingUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import type { Tilt } from "./tilt.ts";
import { averageOverUnit } from "./unit-averages.ts";
import { unitWithWeights, weightMoment } from "./unit-with-weights.ts";

/** w ~ N(0, diag(scales^2, 1, ..., 1)) in the coordinates of the unit. */
export interface Proposal {
	/** Rotated so that the directions of the tilt come first. */
	readonly unit: HiddenUnit;
	/** Standard deviations of the leading coordinates, above 1. */
	readonly scales: Float64Array;
}

/** A theory whose equations decide the tilt of its unit. */
export interface TiltedTheory<Solution> {
	/**
	 * The equations solved with averages by a rule.
	 *
	 * @param unit with the same points each time; its coordinates of w may be turned
	 * @param start a solution by another rule
	 */
	solve(unit: HiddenUnit, rule: IntegrationRule, start?: Solution): Solution;
	/** The tilt of a solution, over the training points. */
	tilt(solution: Solution): Tilt;
}

/** Rounds of fitting at most; two or three are usual. */
const ROUNDS = 10;

/** A round counts as an improvement when it raises the effective sample size by a tenth. */
const GAIN = 1.1;

/** A fit needs this fraction of its points in effect; where the tilt leaves fewer, a weaker tilt is fitted first. */
const LEAST_FITTED_FRACTION = 0.1;

/** A proposal with the solution by the points of the last round. */
export interface RefittedProposal<Solution> {
	readonly proposal: Proposal;
	readonly solution: Solution;
}

/**
 * A proposal for the tilt of a theory's solution. Each round solves the theory with the proposal at hand and stretches the
 * directions along which <w w^T> under the tilt exceeds the prior's identity by more than the noise of an estimate of it: the
 * proposal is never narrower than the prior, whose tails a bounded activation leaves.
 *
 * @param unit reduced to the training points
 * @param targets that the coordinates of w are oriented by
 * @param ruleOf points for a proposal, fresh ones for each round
 */
export function refittedProposal<Solution>(
	engine: Engine,
	theory: TiltedTheory<Solution>,
	unit: HiddenUnit,
	targets: Float64Array,
	ruleOf: (proposal: Proposal, round: number) => IntegrationRule,
): RefittedProposal<Solution> {
	let proposal: Proposal = { unit: oriented(unit, targets), scales: new Float64Array(0) };
	let best: (RefittedProposal<Solution> & { effective: number }) | undefined;
	for (let round = 0; round < ROUNDS; round++) {
		const rule = ruleOf(proposal, round);
		const solution = theory.solve(proposal.unit, rule, best?.solution);
		const next = fitted(engine, proposal.unit, rule, theory.tilt(solution));
		const weak = next.effective < LEAST_FITTED_FRACTION * rule.count;
		if (best && !weak && next.effective < GAIN * best.effective) break;
		if (!best || next.effective > best.effective) best = { proposal, solution, effective: next.effective };
		proposal = { ...next.proposal, unit: oriented(next.proposal.unit, targets) };
	}
	return best!;
}

/**
 * The proposal whose covariance is that of w under the tilt, along the directions in which it is broader than the prior, and
 * the effective sample size of the tilt by the points at hand.
 */
function fitted(
	engine: Engine,
	unit: HiddenUnit,
	rule: IntegrationRule,
	tilt: Tilt,
): { readonly proposal: Proposal; readonly effective: number } {
	const r = unit.dimension;
	const extended = unitWithWeights(trainingUnit(unit));
	const source = featureSource(engine, extended.unit, rule, { evaluate: extended.evaluate });
	const moments = weightMoment(extended);
	let strength = 1;
	let average = averageOverUnit(engine, source, moments, tilt);
	const effective = average.effectiveSampleSize;
	while (average.effectiveSampleSize < LEAST_FITTED_FRACTION * rule.count) {
		strength /= 2;
		average = averageOverUnit(engine, source, moments, { ...tilt, strength });
	}
	const covariance = matrix(r, r, average.averages);
	return { effective, proposal: proposalOf(engine, unit, covariance, average.effectiveSampleSize) };
}

/**
 * The proposal of the covariance of w, along the directions in which it is broader than the prior by more than the noise of an
 * estimate.
 *
 * @param unit whose coordinates of w are turned
 * @param covariance estimate of <w w^T>, r x r
 * @param effective how many independent vectors the estimate is worth
 */
function proposalOf(engine: Engine, unit: HiddenUnit, covariance: Matrix, effective: number): Proposal {
	const r = unit.dimension;
	// The largest eigenvalue of an estimate of the identity from this many vectors (Marchenko and Pastur).
	const noise = (1 + Math.sqrt(r / effective)) ** 2;
	const { values, vectors } = symmetricEigen(engine, covariance);
	const wide = Array.from(values.keys())
		.filter((k) => values[k]! > noise)
		.reverse();
	const directions = matrix(wide.length, r);
	wide.forEach((k, row) => {
		for (let i = 0; i < r; i++) directions.data[row * r + i] = vectors.data[i * r + k]!;
	});
	return {
		unit: {
			...unit,
			inputs: multiply(engine, unit.inputs, completedBasis(directions), { transposeB: true }),
		},
		scales: Float64Array.from(wide, (k) => Math.sqrt(values[k]!)),
	};
}
