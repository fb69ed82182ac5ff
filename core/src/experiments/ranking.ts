/** Which of two theories is closer to the sampled network, in standard errors: of the samples and of the theories' own averages. */
import { dot, type Matrix } from "@finitude/engine";
import type { Answer } from "../answer/answer.ts";
import type { SampledPoints } from "../samplers/moment-series.ts";

/**
 * Two theories are ranked when the difference of their squared distances exceeds this many of its own standard errors.
 * 3 keeps the chance of a wrong ranking below 0.3 % a pair, so below 5 % for the 15 pairs of six theories.
 */
export const RANKING_THRESHOLD = 3;

/** What a theory says of a quantity. */
export interface RankedValue {
	readonly value: Matrix;
	/** The largest standard error of an entry that averages over nodes leave. Default 0, none; infinite where it is not known. */
	readonly integrationError?: number;
	/** How these errors go together, where it is known. */
	readonly integrationDeviations?: readonly Float64Array[];
}

/** By how much one theory is closer to the sampled network than another. */
export interface Lead {
	/** The difference of the squared distances in its standard errors: positive for the closer one; 0 where an integration error is not known. */
	readonly score: number;
	/** More draws would not tell: integration errors alone, which are not below the sampling error, leave the difference within RANKING_THRESHOLD. */
	readonly limitedByIntegration: boolean;
	/** Of the two, those whose integration errors make it so. */
	readonly imprecise: { readonly closer: boolean; readonly other: boolean };
}

/**
 * What nodes leave in an answer's quantity: nothing without nodes, an infinite error where it is not known.
 *
 * @param points of a mean or a variance, those that it is at
 */
export function integrationOf(
	{ integrationErrors: errors, trainMean }: Pick<Answer, "integrationErrors" | "trainMean">,
	quantity: "mean" | "variance" | "kernel",
	points: SampledPoints = "train",
): Omit<RankedValue, "value"> {
	if (errors === undefined) return {};
	const all = errors.deviations?.[quantity];
	const train = trainMean?.data.length ?? 0;
	const part = (d: Float64Array) => (points === "test" ? d.subarray(train) : d.subarray(0, train));
	return {
		integrationError: errors[quantity] ?? Number.POSITIVE_INFINITY,
		...(all && { integrationDeviations: quantity === "kernel" ? all : all.map(part) }),
	};
}

/**
 * Difference of the squared distances |b - mu|^2 - |a - mu|^2 to the unknown quantity mu, in units of its standard error.
 *
 * It equals |b|^2 - |a|^2 - 2 (b - a).mu, which is linear in mu: the estimate of mu enters through one projection only, whose
 * Monte-Carlo standard error includes all correlations between points. Errors da of the nodes of a change it by -2 (a - mu).da, those
 * of b likewise (`integrationPart`). The two parts and the samples count as independent of each other.
 *
 * @param closer a
 * @param other b
 * @param projectionStandardError Monte-Carlo standard error of a projection of `sampled`
 */
export function leadOf(
	closer: RankedValue,
	other: RankedValue,
	sampled: Matrix,
	projectionStandardError: (weights: Float64Array) => number,
): Lead {
	const [a, b] = [closer.value, other.value];
	const weights = a.data.map((value, i) => b.data[i]! - value);
	let difference = 0;
	for (let i = 0; i < weights.length; i++) {
		difference += weights[i]! * (a.data[i]! + b.data[i]! - 2 * sampled.data[i]!);
	}
	const none = { closer: false, other: false };
	if (difference === 0) return { score: 0, limitedByIntegration: false, imprecise: none };
	const sampling = 2 * projectionStandardError(weights);
	const [own, others] = [closer, other].map((one) => 2 * integrationPart(one, sampled)) as [number, number];
	const integration = Math.hypot(own, others);
	if (integration === 0)
		return { score: difference / sampling, limitedByIntegration: false, imprecise: none };
	const limitedByIntegration =
		integration >= sampling && Math.abs(difference) <= RANKING_THRESHOLD * integration;
	// Where both together are not below the sampling error, one of them is not below it by more than sqrt(2).
	const counts = (part: number) => limitedByIntegration && Math.SQRT2 * part >= sampling;
	return {
		score: difference / Math.hypot(sampling, integration),
		limitedByIntegration,
		imprecise: { closer: counts(own), other: counts(others) },
	};
}

/** The standard error that nodes leave in (a - mu).a. */
function integrationPart(one: RankedValue, sampled: Matrix): number {
	return integrationErrorAlong(one, errorWeights(one.value, sampled));
}

/** a - mu, along which errors of a change its squared distance. */
export function errorWeights({ data }: Matrix, sampled: Matrix): Float64Array {
	return data.map((x, i) => x - sampled.data[i]!);
}

/**
 * The standard error that nodes leave in weights.x. By the deviations of independent sets it includes all correlations between entries: one set
 * errs at all points at once. Without them e |weights|_1 for errors of at most e in each entry, a bound that entries reach whose errors are
 * multiples of one another.
 */
export function integrationErrorAlong(
	{ integrationError: error = 0, integrationDeviations: deviations }: Omit<RankedValue, "value">,
	weights: Float64Array,
): number {
	if (error === 0 || error === Number.POSITIVE_INFINITY) return error;
	if (deviations) return Math.hypot(...deviations.map((d) => dot(weights, d)));
	return error * weights.reduce((sum, x) => sum + Math.abs(x), 0);
}
