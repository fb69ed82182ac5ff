/** Which theories are closest to the sampled network in one cell, and whether the samples can tell. */
import type { Matrix } from "@finitude/engine";
import { relativeDistance, relativeNorm } from "../../diagnostics/distance.ts";
import { type Estimate, rootOf } from "../../diagnostics/estimate.ts";
import {
	errorWeights,
	integrationErrorAlong,
	leadOf,
	RANKING_THRESHOLD,
	type RankedValue,
} from "../ranking.ts";

/** A quantity of the sampled network. */
export interface SampledQuantity {
	readonly value: Matrix;
	readonly standardError: Matrix;
	/** Monte-Carlo standard error of sum_i weights_i value_i, with all correlations between entries. */
	readonly projectionError: (weights: Float64Array) => number;
}

/** What a theory says of it. */
export interface Candidate extends RankedValue {
	readonly label: string;
}

/** How far a theory is from the sampled network. */
export interface CandidateDistance {
	readonly label: string;
	/** |theory - sampled| / |sampled|, the sampling noise in it. Absent where only the sampled one is 0. */
	readonly measured?: number;
	/**
	 * The same without the noise: from |theory - sampled|^2 less its expectation over the noise alone, with the errors of the samples and of the
	 * theory's own averages. Absent likewise, and where the latter is not known.
	 */
	readonly distance?: Estimate;
	/**
	 * Squared distance above that of the closest theory, in standard errors of the difference: 0 of the closest itself, absent where it is
	 * infinite (no error at all) or an integration error is not known.
	 */
	readonly behind?: number;
	/** Whether the closest theory is closer beyond doubt. */
	readonly beaten: boolean;
	/** Not beaten, and more draws would not change it: the integration error of this theory or of the closest one is too large. */
	readonly limitedByIntegration?: true;
}

export interface Decision {
	/** Closest first, as measured. */
	readonly candidates: readonly CandidateDistance[];
	/** Pairs of labels of theories that are no farther apart than the agreement, in the order of the candidates. */
	readonly agreements: readonly (readonly [string, string])[];
	/** More draws may change who is not beaten: someone is left who does not agree with the closest theory, by too small a sample. */
	readonly open: boolean;
}

/**
 * Ranks theories by |theory - mu|^2, mu the quantity of the network, of which a sampled estimate is known.
 *
 * The difference of two squared distances is linear in mu, so that the sampling error common to both theories drops out of it and its standard error
 * is that of one projection; what averages over nodes leave in the theories is added to it (`leadOf`). The closest theory as measured beats a rival when the difference exceeds RANKING_THRESHOLD = 3 standard errors,
 * the rule of `finitude compare`, and the two do not agree. The truly closest of m theories is beaten with a probability of at most
 * (m - 1) 0.00135 (3 standard errors to one side, Bonferroni over the rivals), and looking again after more draws multiplies the bound by the number of
 * looks: for ten theories and three rounds 3.6 %, and much less where most rivals are far away.
 *
 * @param agreement theories no farther apart than this fraction of |sampled| count as one
 */
export function decide(
	candidates: readonly Candidate[],
	sampled: SampledQuantity,
	agreement: number,
): Decision {
	const { value, standardError, projectionError } = sampled;
	const sorted = candidates
		.map((candidate) => ({ ...candidate, square: squaredDistance(candidate.value, value) }))
		.sort((a, b) => a.square - b.square);
	const size = norm(value);
	const agree = (a: Candidate, b: Candidate) =>
		Math.sqrt(squaredDistance(a.value, b.value)) <= agreement * size;
	const agreements = sorted.flatMap((a, i) =>
		sorted.slice(i + 1).flatMap((b) => (agree(a, b) ? [[a.label, b.label] as const] : [])),
	);
	const closest = sorted[0];
	if (closest === undefined) return { candidates: [], agreements, open: false };
	const ranked = sorted.map((one) => {
		const lead = one === closest ? undefined : leadOf(closest, one, value, projectionError);
		const behind = lead === undefined ? 0 : lead.score;
		const same = one === closest || agree(closest, one);
		const beaten = !same && behind > RANKING_THRESHOLD;
		const limited = !same && !beaten && lead!.limitedByIntegration;
		const known = lead === undefined || [closest, one].every(isKnown);
		const measured = relativeDistance(one.value, value);
		return {
			same,
			candidate: {
				label: one.label,
				...(measured !== undefined && { measured }),
				...(size > 0 && isKnown(one) && { distance: distanceWithoutNoise(one, one.square, sampled) }),
				...(known && Number.isFinite(behind) && { behind }),
				beaten,
				...(limited && { limitedByIntegration: true as const }),
			},
		};
	});
	return {
		candidates: ranked.map(({ candidate }) => candidate),
		agreements,
		open: ranked.some(({ same, candidate }) => !same && !candidate.beaten && !candidate.limitedByIntegration),
	};

	function distanceWithoutNoise(
		theory: RankedValue,
		square: number,
		{ value: s }: SampledQuantity,
	): Estimate {
		const noise = standardError.data.reduce((sum, error) => sum + error * error, 0);
		const weights = errorWeights(theory.value, s);
		// d|a - s|^2 = -2 (a - s).ds. With s in place of mu the weights hold the noise once more: never too small a standard error.
		const sampling = 2 * projectionError(weights);
		const integration = 2 * integrationErrorAlong(theory, weights);
		const error = integration === 0 ? sampling : Math.hypot(sampling, integration);
		return rootOf({ value: (square - noise) / size ** 2, standardError: error / size ** 2 });
	}
}

function isKnown({ integrationError = 0 }: RankedValue): boolean {
	return Number.isFinite(integrationError);
}

/** |standard errors| / |estimate|: distances near or below it say nothing. Undefined where the estimate is 0. */
export function noiseFloor({ value, standardError }: SampledQuantity): number | undefined {
	return relativeNorm(standardError, value);
}

function squaredDistance(a: Matrix, b: Matrix): number {
	return a.data.reduce((sum, x, i) => sum + (x - b.data[i]!) ** 2, 0);
}

function norm({ data }: Matrix): number {
	return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0));
}
