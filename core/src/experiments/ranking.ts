/** Which of two theories is closer to the sampled network, in standard errors: of the samples and of the theories' own averages. */
import type { Matrix } from "@finitude/engine";
import type { Answer, IntegrationErrors } from "../answer/answer.ts";

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

/** The largest standard error that nodes leave in an answer's quantity: 0 without nodes, infinite where it is not known. */
export function integrationErrorOf(
	{ integrationErrors }: Pick<Answer, "integrationErrors">,
	quantity: keyof IntegrationErrors,
): number {
	return integrationErrors === undefined ? 0 : (integrationErrors[quantity] ?? Number.POSITIVE_INFINITY);
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

/**
 * The largest standard error that nodes can leave in (a - mu).a: e |a - mu|_1 for errors of at most e in each entry. Independent
 * entries would give e |a - mu|; but one set of nodes errs at all points at once, in ways that no one number tells, and the bound is
 * reached where the errors of all entries are multiples of one another.
 */
export function integrationPart({ value, integrationError = 0 }: RankedValue, sampled: Matrix): number {
	return boundOfProjection(
		value.data.map((x, i) => x - sampled.data[i]!),
		integrationError,
	);
}

/** The largest standard error of weights.x for entries of x whose standard errors are at most `error`, however correlated. */
export function boundOfProjection(weights: Float64Array, error: number): number {
	return error === 0 || error === Number.POSITIVE_INFINITY
		? error
		: error * weights.reduce((sum, x) => sum + Math.abs(x), 0);
}
