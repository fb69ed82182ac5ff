/** Where to look for a tilted unit: a normal density broader than the prior along the few directions of the tilt. */
import { type Engine, type Matrix, matrix, multiply, symmetricEigen } from "@finitude/engine";
import type { Problem } from "../../../problem/problem.ts";
import {
	type FeatureMap,
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	oriented,
	trainingUnit,
} from "../../../tilted-unit/index.ts";
import { solveTree } from "../tree.ts";
import { tiltedUnit } from "./bounded-cumulant.ts";
import { boundedModel, boundedNetwork } from "./bounded-model.ts";
import { secondMoments, treeTilt } from "./unit-averages.ts";

/** w ~ N(0, diag(scales^2, 1, ..., 1)) in the coordinates of the unit. */
export interface Proposal {
	/** Rotated so that the directions of the tilt come first. */
	readonly unit: HiddenUnit;
	/** Standard deviations of the leading coordinates, above 1. */
	readonly scales: Float64Array;
}

/** Rounds of fitting at most; two or three are usual. */
const ROUNDS = 10;

/** A round counts as an improvement when it raises the effective sample size by a tenth. */
const GAIN = 1.1;

/** A fit needs this fraction of its points in effect; where the tilt leaves fewer, a weaker tilt is fitted first. */
const LEAST_EFFECTIVE = 0.1;

/**
 * A proposal for the tilt at the tree, with the tree's tau by the points of the last round. Each round solves the tree with the
 * proposal at hand and stretches the directions along which <w w^T> under the tilt exceeds the prior's identity by more than
 * the noise of an estimate of it.
 *
 * @param unit reduced to the training points
 * @param ruleOf points for a proposal, fresh ones for each round
 */
export function tiltedProposal(
	engine: Engine,
	problem: Problem,
	unit: HiddenUnit,
	ruleOf: (proposal: Proposal, round: number) => IntegrationRule,
): { readonly proposal: Proposal; readonly tau: Float64Array } {
	const { width, readoutVariance } = boundedNetwork(problem);
	const c = readoutVariance / width;
	const targets = problem.trainTargets.data;
	let proposal: Proposal = { unit: oriented(unit, targets), scales: new Float64Array(0) };
	let best: { proposal: Proposal; tau: Float64Array; effective: number } | undefined;
	for (let round = 0; round < ROUNDS; round++) {
		const rule = ruleOf(proposal, round);
		const model = boundedModel(engine, problem, proposal.unit, rule, { ...(best && { tree: best.tau }) });
		const { tau } = solveTree(engine, model.cumulant, model.targets, problem.noiseVariance, best?.tau);
		const effective = model.effectiveSampleSize(tau);
		const weak = effective < LEAST_EFFECTIVE * rule.count;
		if (best && !weak && effective < GAIN * best.effective) break;
		if (!best || effective > best.effective) best = { proposal, tau, effective };
		const next = fitted(engine, proposal.unit, rule, c, tau);
		proposal = { ...next, unit: oriented(next.unit, targets) };
	}
	return best!;
}

/** The proposal whose covariance is that of w under the tilt, along the directions in which it is broader than the prior. */
function fitted(
	engine: Engine,
	unit: HiddenUnit,
	rule: IntegrationRule,
	c: number,
	tau: Float64Array,
): Proposal {
	const r = unit.dimension;
	const P = unit.trainPoints;
	const train = trainingUnit(unit);
	const source = featureSource(engine, withCoordinates(train), rule, {
		evaluate: featuresAndCoordinates(train),
	});
	let strength = c;
	let effective: number;
	for (;;) {
		const network = { width: 1, readoutVariance: strength, readoutBiasVariance: 0 };
		effective = tiltedUnit(engine, network, source, tau).averages.effectiveSampleSize;
		if (effective >= LEAST_EFFECTIVE * rule.count) break;
		strength /= 2;
	}
	const moments = secondMoments(engine, source, treeTilt(strength, tau), 0, tau);
	const covariance = matrix(r, r);
	for (let i = 0; i < r; i++) {
		const row = (P + i) * moments.columns + P;
		covariance.data.set(moments.data.subarray(row, row + r), i * r);
	}
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

/** The unit with r more rows, whose pre-activations are the coordinates of w. */
function withCoordinates(unit: HiddenUnit): HiddenUnit {
	const r = unit.dimension;
	const inputs = matrix(unit.points + r, r);
	inputs.data.set(unit.inputs.data);
	for (let k = 0; k < r; k++) inputs.data[(unit.points + k) * r + k] = 1;
	return { ...unit, points: inputs.rows, inputs };
}

function featuresAndCoordinates({ activation, points }: HiddenUnit): FeatureMap {
	return (engine, h, phi) => {
		const length = points * h.columns;
		activation.evaluate(engine, h.block.slice(0, length), phi.block.slice(0, length));
		phi.block.data.set(h.block.data.subarray(length), length);
	};
}

/**
 * An orthonormal basis, r x r, that begins with the given orthonormal rows and goes on with what is left of the axes, in their
 * order: the unit's coordinates are sorted by how much of the inputs they carry.
 */
function completedBasis(rows: Matrix): Matrix {
	const r = rows.columns;
	const basis = matrix(r, r);
	basis.data.set(rows.data);
	let count = rows.rows;
	for (let axis = 0; axis < r && count < r; axis++) {
		const row = basis.data.subarray(count * r, (count + 1) * r);
		row.fill(0);
		row[axis] = 1;
		// Twice is enough for orthogonality to rounding (Kahan; Parlett 1980, The symmetric eigenvalue problem, section 6-9).
		for (let pass = 0; pass < 2; pass++) {
			for (let k = 0; k < count; k++) {
				const other = basis.data.subarray(k * r, (k + 1) * r);
				let product = 0;
				for (let i = 0; i < r; i++) product += row[i]! * other[i]!;
				for (let i = 0; i < r; i++) row[i]! -= product * other[i]!;
			}
		}
		const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
		// As many axes are dropped as there are rows given; those that lie in their span to 1e-3 go first.
		if (norm < 1e-3 && r - axis - 1 >= r - count) continue;
		for (let i = 0; i < r; i++) row[i]! /= norm;
		count++;
	}
	return basis;
}
