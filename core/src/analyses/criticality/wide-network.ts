/** Wide networks of any depth: the fixed point of the variance and the susceptibility there. */
import type { Engine } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import { InputError } from "../../errors.ts";
import { dualOf } from "../../kernels/dual-of.ts";
import { pairsBuilder } from "../../kernels/gaussian-pairs.ts";
import { brentRoot } from "../../theories/root-finding.ts";

/** <phi^2> and <phi'^2> over N(0, q). */
interface UnitMoments {
	readonly square: number;
	readonly slope: number;
}

export interface VarianceFixedPoint {
	/** q*; undefined where the variance grows without end. */
	readonly fixedPointVariance?: number;
	/** chi_perp */
	readonly susceptibility: number;
}

export interface CriticalPoint {
	/** sigma_w at which chi_perp = 1. */
	readonly criticalWeightDeviation: number;
	/** q* there; undefined for homogeneous activations, whose variance has no fixed point there or any. */
	readonly fixedPointVariance?: number;
}

/** Where an activation has no closed form at variance 0, this one stands for it: the error is of this relative size. */
const NO_VARIANCE = 1e-12;

/** A fixed point beyond this is not looked for. */
const LARGEST_VARIANCE = 1e12;

/**
 * q* = sigma_w^2 <phi^2>_q* + sigma_b^2 and chi_perp = sigma_w^2 <phi'^2>_q*: (1) and (2) of docs/analyses/criticality.md. Poole
 * et al. 2016, arXiv 1606.05340. Found by bracketing: iterating it is slow near criticality.
 *
 * @throws InputError for an unknown activation, or one that is neither bounded nor homogeneous
 */
export function varianceFixedPoint(
	engine: Engine,
	activation: string,
	weightVariance: number,
	biasVariance: number,
): VarianceFixedPoint {
	const moments = unitMoments(engine, activation);
	if (isHomogeneous(activation)) {
		// <phi^2> = q <phi'^2>: linear in q.
		const susceptibility = weightVariance * moments(1).slope;
		if (biasVariance === 0 && susceptibility < 1) return { fixedPointVariance: 0, susceptibility };
		return susceptibility < 1
			? { fixedPointVariance: biasVariance / (1 - susceptibility), susceptibility }
			: { susceptibility };
	}
	const excess = (q: number) => weightVariance * moments(q).square + biasVariance - q;
	const atRest = moments(0);
	if (biasVariance === 0 && atRest.square === 0 && weightVariance * atRest.slope <= 1) {
		return { fixedPointVariance: 0, susceptibility: weightVariance * atRest.slope };
	}
	let low = biasVariance > 0 ? biasVariance : 1;
	while (excess(low) < 0) low /= 2;
	let high = 2 * low;
	while (excess(high) > 0) high *= 2;
	const q = brentRoot(excess, low, high).x;
	return { fixedPointVariance: q, susceptibility: weightVariance * moments(q).slope };
}

/**
 * The weight deviation at which chi_perp = 1. There sigma_w^2 = 1/<phi'^2>, which leaves q = <phi^2>/<phi'^2> + sigma_b^2, one
 * equation for q. Schoenholz et al. 2017, arXiv 1611.01232.
 *
 * @throws InputError for an unknown activation, one that is neither bounded nor homogeneous, or where there is no such point
 */
export function criticalPoint(engine: Engine, activation: string, biasVariance: number): CriticalPoint {
	const moments = unitMoments(engine, activation);
	if (isHomogeneous(activation)) return { criticalWeightDeviation: 1 / Math.sqrt(moments(1).slope) };
	const excess = (q: number) => {
		const { square, slope } = moments(q);
		return q - square / slope - biasVariance;
	};
	if (biasVariance === 0 && moments(0).square === 0) return at(0);
	let [low, high] = [biasVariance, 2 * biasVariance || 1];
	while (!(excess(high) > 0)) {
		[low, high] = [high, 2 * high];
		if (high > LARGEST_VARIANCE) {
			throw new InputError({
				where: "options.activation",
				wanted: "an activation whose susceptibility reaches 1",
				got: `${activation} with biasVariance ${biasVariance}`,
			});
		}
	}
	return at(brentRoot(excess, low, high).x);

	function at(q: number): CriticalPoint {
		return { criticalWeightDeviation: 1 / Math.sqrt(moments(q).slope), fixedPointVariance: q };
	}
}

function isHomogeneous(activation: string): boolean {
	return findActivation(activation, "options.activation").homogeneous === true;
}

function unitMoments(engine: Engine, name: string): (q: number) => UnitMoments {
	const activation = findActivation(name, "options.activation");
	const degree = activation.polynomialDegree ?? 0;
	if (!activation.bounded && (!activation.homogeneous || degree > 1)) {
		throw new InputError({
			where: "options.activation",
			wanted: "a bounded activation, relu or linear: those whose variance has a fixed point",
			got: name,
		});
	}
	const dual = dualOf(name);
	return (variance) => {
		const q = variance === 0 && !activation.dual ? NO_VARIANCE : variance;
		const builder = pairsBuilder(Float64Array.of(q), 1);
		builder.addDiagonal(0, 1);
		const square = dual.kernel(engine, builder.pairs)[0]!;
		return {
			square: variance === 0 && activation.odd ? 0 : square,
			slope: dual.gradient(engine, builder.pairs)[2]!,
		};
	};
}
