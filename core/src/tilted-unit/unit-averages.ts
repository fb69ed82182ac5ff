import { type Block, type Engine, scoped } from "@finitude/engine";
import type { FeatureChunk, FeatureSource } from "./features.ts";
import { type Tilt, tiltExponents } from "./tilt.ts";

/** What to average, as sums over the points of a chunk. */
export interface Integrand {
	/** How many averages. */
	readonly size: number;
	/**
	 * Adds sum_s weights_s x_k(s) of the chunk to sums[k], for every k. Engine memory that it allocates is released after the
	 * call.
	 */
	add(chunk: FeatureChunk, weights: Block, sums: Float64Array): void;
}

/** Averages over the tilted measure of one unit. */
export interface UnitAverages {
	/** <x_k>: the averages of the integrand. */
	readonly averages: Float64Array;
	/** log E exp(E): the logarithm of the average tilt over the prior. */
	readonly logNormalizer: number;
	/**
	 * 1 / E[(dp/dp_0)^2] by the same points, p the tilted measure and p_0 the rule's: the fraction of the rule's points that
	 * carry the average, 1 without a tilt. Times the number of points it is the effective sample size of a Sobol rule.
	 */
	readonly effectiveFraction: number;
	/** (sum of weights)^2 / sum of squared weights under the tilt: how many equally weighted points would serve as well. */
	readonly effectiveSampleSize: number;
	/** The largest tilt exponent at any point. */
	readonly largestExponent: number;
}

/** Exponents below this are averaged as exp(E) - 1. */
const SMALL = 1;

/**
 * Averages over the density p(w) ~ N(w; 0, I) exp(E(w)), normalized by the sum of the weights themselves. Weights are kept
 * relative to the largest one seen, so that no exponent overflows.
 *
 * @param tilt none: the prior
 * @throws RangeError for a tilt with a rule that has negative weights, or a tilt whose exponent is not finite.
 */
export function averageOverUnit(
	engine: Engine,
	source: FeatureSource,
	integrand: Integrand,
	tilt: Tilt = {},
): UnitAverages {
	const sums = new Float64Array(integrand.size);
	const tilted = [tilt.fields, tilt.form, tilt.stiffness].some((part) => part !== undefined);
	let shift = Number.NEGATIVE_INFINITY;
	let largestExponent = Number.NEGATIVE_INFINITY;
	let [plain, total, squares, weightSquares, excess] = [0, 0, 0, 0, 0];
	scoped(engine, () => {
		const addExponents = tiltExponents(engine, source.unit, tilt);
		source.forEach((chunk) => {
			const { count } = chunk;
			const exponents = new Float64Array(count);
			if (tilted) addExponents(chunk, exponents);
			scoped(engine, () => {
				const weights = engine.allocate(count);
				const [prior, w] = [chunk.weights.data, weights.data];
				let top = shift;
				for (let s = 0; s < count; s++) {
					const [exponent, weight] = [exponents[s]!, prior[s]!];
					if (tilted && !(weight >= 0 && exponent < Number.POSITIVE_INFINITY))
						throw refused(weight, exponent);
					largestExponent = Math.max(largestExponent, exponent);
					if (tilted && weight > 0) top = Math.max(top, exponent + Math.log(weight));
				}
				if (!tilted) top = 0;
				if (top > shift && shift > Number.NEGATIVE_INFINITY) {
					const factor = Math.exp(shift - top);
					for (let k = 0; k < sums.length; k++) sums[k]! *= factor;
					total *= factor;
					squares *= factor * factor;
					weightSquares *= factor * factor;
				}
				shift = top;
				for (let s = 0; s < count; s++) {
					const [exponent, weight] = [exponents[s]!, prior[s]!];
					w[s] = tilted ? (weight > 0 ? Math.exp(exponent + Math.log(weight) - shift) : 0) : weight;
					plain += weight;
					if (tilted && largestExponent < SMALL) excess += weight * Math.expm1(exponent);
					total += w[s]!;
					weightSquares += w[s]! * w[s]!;
					if (weight !== 0) squares += (w[s]! * w[s]!) / weight;
				}
				integrand.add(chunk, weights, sums);
			});
		});
	});
	return {
		averages: sums.map((x) => x / total),
		// Of a weak tilt, that of a wide network, the logarithm itself would be lost in the rounding of 1.
		logNormalizer:
			tilted && largestExponent < SMALL ? Math.log1p(excess / plain) : Math.log(total / plain) + shift,
		effectiveFraction: (total * total) / (plain * squares),
		effectiveSampleSize: (total * total) / weightSquares,
		largestExponent,
	};
}

function refused(weight: number, exponent: number): RangeError {
	return new RangeError(
		weight < 0
			? `averageOverUnit: wanted a rule with positive weights for a tilted measure; got a weight of ${weight}.`
			: `averageOverUnit: wanted finite tilt exponents; got ${exponent}.`,
	);
}
