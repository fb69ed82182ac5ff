/** The law of one hidden unit on weighted points: the prior, and the one-unit posterior of the tree. */
import { type Engine, matrix, type RandomState, splitStream, symmetricEigen } from "@finitude/engine";
import {
	addWeightMoment,
	type FeatureSource,
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	paddedSobolRule,
	pointExponents,
	ruleWeights,
	SETS,
	secondMoment,
	sumOverUnit,
	type Tilt,
	tiltedMeasure,
	unitWithWeights,
} from "../../tilted-unit/index.ts";
import type { Looks } from "./looks.ts";
import { populationBuilder, type UnitPopulation } from "./unit-population.ts";

/** A law on independent sets of points, whose differences show its error. */
export interface UnitLaw {
	readonly populations: readonly UnitPopulation[];
	/** (sum of weights)^2 / sum of squared weights, of all sets together. */
	readonly effectiveSampleSize: number;
	/** How many points there are in all sets. */
	readonly nodes: number;
}

/** Points for w ~ N(0, I): set k of 2^log2Count of them. */
export type PointSets = (log2Count: number, set: number) => IntegrationRule;

/** Scrambled Sobol points of the prior. @param stream not advanced */
export function priorPoints(engine: Engine, { dimension }: HiddenUnit, stream: RandomState): PointSets {
	return (log2Count, set) => paddedSobolRule(engine, dimension, log2Count, splitStream(stream, set));
}

/**
 * Equation (1) of docs/analyses/coding-schemes.md, p(w) ~ p_0(w) exp(E(w)), E = (g/2N) (Delta.phi)^2; without a tilt the prior.
 *
 * @param unit at the P training points
 * @param samples in all, rounded up to a power of two
 */
export function unitLaw(
	engine: Engine,
	unit: HiddenUnit,
	looks: Looks,
	sets: PointSets,
	samples: number,
	tilt: Tilt = {},
): UnitLaw {
	const log2Count = Math.ceil(Math.log2(samples / SETS));
	const laws = Array.from({ length: SETS }, (_, set) => {
		const source = withWeights(engine, unit, sets(log2Count, set));
		const { probabilities, effectiveSampleSize } = tiltedMeasure(
			source,
			ruleWeights(source),
			pointExponents(engine, source, tilt),
		)!;
		return { population: populationAt(engine, unit, looks, source, probabilities), effectiveSampleSize };
	});
	return {
		populations: laws.map(({ population }) => population),
		effectiveSampleSize: laws.reduce((sum, { effectiveSampleSize }) => sum + effectiveSampleSize, 0),
		nodes: SETS * 2 ** log2Count,
	};
}

/**
 * Equation (1) for phi(c h) = c phi(h), c > 0: with w = z / (1 - 2 E(z/|z|))^(1/2) and z ~ N(0, I_r) the weight of z is
 * (1 - 2 E(z/|z|))^(-r/2).
 *
 * @returns undefined where some direction has 1 - 2 E <= 0: the law is not normalizable
 */
export function homogeneousLaw(
	engine: Engine,
	unit: HiddenUnit,
	looks: Looks,
	sets: PointSets,
	samples: number,
	tilt: Tilt,
): UnitLaw | undefined {
	const r = unit.dimension;
	const log2Count = Math.ceil(Math.log2(samples / SETS));
	const populations: UnitPopulation[] = [];
	let effectiveSampleSize = 0;
	for (let set = 0; set < SETS; set++) {
		const source = withWeights(engine, unit, sets(log2Count, set));
		const exponents = pointExponents(engine, source, tilt);
		const squares = squaredLengths(unit, source);
		const room = exponents.map((exponent, s) => 1 - (2 * exponent) / squares[s]!);
		if (room.some((left) => !(left > 0))) return undefined;
		const gains = room.map((left) => -0.5 * r * Math.log(left));
		const top = gains.reduce((most, gain) => Math.max(most, gain), Number.NEGATIVE_INFINITY);
		const weights = gains.map((gain) => Math.exp(gain - top));
		const total = weights.reduce((sum, w) => sum + w, 0);
		const probabilities = weights.map((w) => w / total);
		effectiveSampleSize += 1 / probabilities.reduce((sum, p) => sum + p * p, 0);
		const scales = room.map((left) => 1 / Math.sqrt(left));
		populations.push(populationAt(engine, unit, looks, source, probabilities, scales));
	}
	return { populations, effectiveSampleSize, nodes: SETS * 2 ** log2Count };
}

/** Features with, in 2 P + r rows, phi, h and the coordinates of w. */
function withWeights(engine: Engine, unit: HiddenUnit, rule: IntegrationRule): FeatureSource {
	const extended = unitWithWeights(unit, { preactivations: true });
	return featureSource(engine, extended.unit, rule, { evaluate: extended.evaluate });
}

/** |w|^2 of every point. */
function squaredLengths({ points: P, dimension: r }: HiddenUnit, source: FeatureSource): Float64Array {
	const squares = new Float64Array(source.rule.count);
	let first = 0;
	source.forEach(({ features, count }) => {
		const { data } = features.block;
		for (let k = 0; k < r; k++) {
			const row = features.offset + (2 * P + k) * count;
			for (let s = 0; s < count; s++) squares[first + s]! += data[row + s]! ** 2;
		}
		first += count;
	});
	return squares;
}

/** @param scales of each point: what h, phi and w are multiplied by */
function populationAt(
	engine: Engine,
	{ points: P, dimension: r }: HiddenUnit,
	looks: Looks,
	source: FeatureSource,
	probabilities: Float64Array,
	scales?: Float64Array,
): UnitPopulation {
	const builder = populationBuilder(looks, source.rule.count);
	const covariance = matrix(r, r);
	let first = 0;
	source.forEach(({ features, count }) => {
		const { data } = features.block;
		const row = (k: number) => features.offset + k * count;
		const h = data.subarray(row(P), row(2 * P));
		const phi = data.subarray(row(0), row(P));
		for (let s = 0; s < count; s++) {
			builder.add(h, phi, s, count, probabilities[first + s]!, scales?.[first + s]);
		}
		const weights = probabilities.slice(first, first + count);
		if (scales) for (let s = 0; s < count; s++) weights[s]! *= scales[first + s]! ** 2;
		addWeightMoment(covariance.data, r, data.subarray(row(2 * P), row(2 * P + r)), weights);
		first += count;
	});
	const { vectors } = symmetricEigen(engine, covariance);
	const top = Float64Array.from({ length: r }, (_, k) => vectors.data[k * r + r - 1]!);
	const projections = new Float64Array(source.rule.count);
	first = 0;
	source.forEach(({ features, count }) => {
		const { data } = features.block;
		for (let k = 0; k < r; k++) {
			const from = features.offset + (2 * P + k) * count;
			for (let s = 0; s < count; s++) projections[first + s]! += top[k]! * data[from + s]!;
		}
		first += count;
	});
	const kernel = sumOverUnit(
		engine,
		source,
		secondMoment(engine, { ...source.unit, points: P }),
		scales ? probabilities.map((p, s) => p * scales[s]! ** 2) : probabilities,
	);
	return builder.population(kernel, scales ? projections.map((x, s) => x * scales[s]!) : projections);
}
