/** Sampled numbers are judged by z: the difference from the truth over the standard errors of both. */
import type { Matrix } from "@finitude/engine";
import { expect } from "vitest";
import type { SampledAnswer } from "../../src/index.ts";
import { MAX_BATCHES } from "../../src/samplers/batch-means.ts";

export interface Measurement {
	/** "testMean[3][0]". */
	readonly label: string;
	readonly estimate: number;
	readonly error: number;
	readonly truth: number;
	/** 0 for an exact truth. */
	readonly truthError: number;
	/** Of `error`, where it is one of a few batch means; see `batchFreedom`. */
	readonly freedom?: number;
}

/** (estimate - truth) / standard error of both; where that rests on few batches, the normal score of the same probability. */
export function zScore({ estimate, error, truth, truthError, freedom }: Measurement): number {
	const both = Math.hypot(error, truthError);
	const score = (estimate - truth) / both;
	if (freedom === undefined || error === 0) return score;
	// The degrees of freedom of a sum of variances, of which only one is uncertain (Welch 1947; Satterthwaite 1946).
	return normalScore(score, freedom * (both / error) ** 4);
}

/** The normal score of a Student t score (Wallace 1959, Annals of Mathematical Statistics 30:1124; good to 1 % here). */
export function normalScore(t: number, freedom: number): number {
	const z = ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom));
	return Math.sign(t) * z;
}

/**
 * Degrees of freedom of standard errors by batch means: one for each batch of all chains, some 30 to 60, but one. Beyond four
 * standard errors the tails of Student's t are then several times as heavy as normal ones.
 */
export function batchFreedom({ diagnostics: { chains, draws } }: SampledAnswer): number {
	let length = 1;
	while (Math.floor(draws / length) >= MAX_BATCHES) length *= 2;
	return chains * Math.floor(draws / length) - 1;
}

/**
 * Asserts |z| < bound for all at once, so that a failure shows the whole list. The usual 4 standard errors are exceeded by
 * chance once in 16,000 numbers; a z that is NaN (no error and no difference, or a broken number) fails too.
 */
export function expectAgreement(measurements: readonly Measurement[], bound = 4): void {
	const far = measurements.filter((measurement) => !(Math.abs(zScore(measurement)) < bound));
	expect(far.map((measurement) => ({ ...measurement, z: zScore(measurement) }))).toEqual([]);
}

/** An estimate with its standard errors, entry by entry. */
export interface Sampled {
	readonly estimate: Matrix;
	readonly error: Matrix;
	/** Where the errors are of batch means. */
	readonly freedom?: number;
}

export const POINT_QUANTITIES = ["trainMean", "trainVariance", "testMean", "testVariance"] as const;

/** A moment of f at all training or test points. */
export function sampledPoints(answer: SampledAnswer, quantity: (typeof POINT_QUANTITIES)[number]): Sampled {
	return { estimate: answer[quantity]!, error: answer[`${quantity}StandardError`]! };
}

export function sampledOutputKernel(answer: SampledAnswer): Sampled {
	const { kernels, kernelStandardErrors } = answer;
	const [estimate, error] = [kernels.output as Matrix, kernelStandardErrors.output as Matrix];
	return { estimate, error, freedom: batchFreedom(answer) };
}

/** One measurement an entry; of a symmetric matrix the lower triangle alone. */
export function measureMatrix(
	label: string,
	{ estimate, error, freedom }: Sampled,
	truth: ArrayLike<number>,
	{ truthError, symmetric = false }: { truthError?: ArrayLike<number>; symmetric?: boolean } = {},
): Measurement[] {
	if (truth.length !== estimate.data.length) throw new Error(`${label}: ${truth.length} numbers.`);
	return Array.from(truth, (value, k) => {
		const [i, j] = [Math.floor(k / estimate.columns), k % estimate.columns];
		if (symmetric && j > i) return [];
		return {
			label: `${label}[${i}][${j}]`,
			estimate: estimate.data[k]!,
			error: error.data[k]!,
			truth: value,
			truthError: truthError?.[k] ?? 0,
			...(freedom === undefined ? {} : { freedom }),
		};
	}).flat();
}
