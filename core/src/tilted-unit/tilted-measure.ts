/** The tilted measure of a unit as one number for each point of a rule: for averages that are asked for again and again. */
import { type Engine, scoped } from "@finitude/engine";
import type { FeatureSource } from "./features.ts";
import { type Tilt, tiltExponents } from "./tilt.ts";
import type { Integrand } from "./unit-averages.ts";

/** p(w) ~ N(w; 0, I) exp(E(w)) on the points of a rule. */
export interface TiltedMeasure {
	/** The probabilities of the points, or of the directions; they sum to 1. */
	readonly probabilities: Float64Array;
	/**
	 * What multiplies products of two features, and any function of w of degree 2: the probabilities p; for directions p E[r^2].
	 */
	readonly second: Float64Array;
	/** The same for products of four features: p; for directions p E[r^4]. */
	readonly fourth: Float64Array;
	/** log E exp(E): the logarithm of the average tilt over the prior, by weights that are normalized to 1. */
	readonly logNormalizer: number;
	/** 1 / sum p^2: how many equally weighted points would serve as well. */
	readonly effectiveSampleSize: number;
}

/** E of a tilt at every point of a source's rule, in its order; of a unit direction where the rule has directions. */
export function pointExponents(engine: Engine, source: FeatureSource, tilt: Tilt): Float64Array {
	const exponents = new Float64Array(source.rule.count);
	let first = 0;
	scoped(engine, () => {
		const addExponents = tiltExponents(engine, source.unit, tilt);
		source.forEach((chunk) => {
			addExponents(chunk, exponents.subarray(first, first + chunk.count));
			first += chunk.count;
		});
	});
	return exponents;
}

/** The weights of a rule, in its order. */
export function ruleWeights({ rule }: FeatureSource): Float64Array {
	const weights = new Float64Array(rule.count);
	let first = 0;
	for (const chunk of rule.chunks(2 ** 12)) {
		weights.set(chunk.weights, first);
		first += chunk.count;
	}
	return weights;
}

/** Exponents below this are averaged as exp(E) - 1. */
const SMALL = 1;

/**
 * The measure of exponents E at the points of a rule.
 *
 * On directions E(r u) = r^2 E(u), and with the d-dimensional prior of r the radius integrates to (1 - 2 E)^(-d/2), with
 * E[r^2 | u] = d / (1 - 2 E) and E[r^4 | u] = d (d + 2) / (1 - 2 E)^2.
 *
 * @param weights of the rule, none negative
 * @returns undefined where a direction has 1 - 2 E <= 0: the measure cannot be normalized
 */
export function tiltedMeasure(
	{ rule }: FeatureSource,
	weights: Float64Array,
	exponents: Float64Array,
): TiltedMeasure | undefined {
	const d = rule.dimension;
	const radial = rule.kind === "directions";
	if (radial && !exponents.every((exponent) => 1 - 2 * exponent > 0)) return undefined;
	const gains = radial ? exponents.map((exponent) => -0.5 * d * Math.log1p(-2 * exponent)) : exponents;
	let [top, largest, plain, excess] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
	gains.forEach((gain, s) => {
		const weight = weights[s]!;
		plain += weight;
		if (!(weight > 0)) return;
		largest = Math.max(largest, gain);
		top = Math.max(top, gain + Math.log(weight));
	});
	const probabilities = gains.map((gain, s) => {
		const weight = weights[s]!;
		if (gain < SMALL) excess += weight * Math.expm1(gain);
		return weight > 0 ? Math.exp(gain + Math.log(weight) - top) : 0;
	});
	const total = probabilities.reduce((sum, p) => sum + p, 0);
	let squares = 0;
	for (let s = 0; s < probabilities.length; s++) {
		probabilities[s]! /= total;
		squares += probabilities[s]! ** 2;
	}
	const common = {
		probabilities,
		// Of a weak tilt, that of a wide network, the logarithm itself would be lost in the rounding of 1.
		logNormalizer: largest < SMALL ? Math.log1p(excess / plain) : Math.log(total / plain) + top,
		effectiveSampleSize: 1 / squares,
	};
	if (!radial) return { ...common, second: probabilities, fourth: probabilities };
	return {
		...common,
		second: probabilities.map((p, s) => (p * d) / (1 - 2 * exponents[s]!)),
		fourth: probabilities.map((p, s) => (p * d * (d + 2)) / (1 - 2 * exponents[s]!) ** 2),
	};
}

/** sum_s weights_s x_k(s) over all points of a source, for every k of an integrand. @param weights in the rule's order */
export function sumOverUnit(
	engine: Engine,
	source: FeatureSource,
	integrand: Integrand,
	weights: Float64Array,
): Float64Array {
	const sums = new Float64Array(integrand.size);
	let first = 0;
	source.forEach((chunk) => {
		scoped(engine, () => {
			const block = engine.allocate(chunk.count);
			block.data.set(weights.subarray(first, first + chunk.count));
			integrand.add(chunk, block, sums);
		});
		first += chunk.count;
	});
	return sums;
}
