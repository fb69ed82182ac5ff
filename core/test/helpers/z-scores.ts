/** Sampled numbers are judged by z: the difference from the truth over the standard errors of both. */
import type { Matrix } from "@finitude/engine";
import { expect } from "vitest";
import type { SampledAnswer } from "../../src/index.ts";

export interface Measurement {
	/** "testMean[3][0]". */
	readonly label: string;
	readonly estimate: number;
	readonly error: number;
	readonly truth: number;
	/** 0 for an exact truth. */
	readonly truthError: number;
}

export function zScore({ estimate, error, truth, truthError }: Measurement): number {
	return (estimate - truth) / Math.hypot(error, truthError);
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
}

export const POINT_QUANTITIES = ["trainMean", "trainVariance", "testMean", "testVariance"] as const;

/** A moment of f at all training or test points. */
export function sampledPoints(answer: SampledAnswer, quantity: (typeof POINT_QUANTITIES)[number]): Sampled {
	return { estimate: answer[quantity]!, error: answer[`${quantity}StandardError`]! };
}

export function sampledOutputKernel({ kernels, kernelStandardErrors }: SampledAnswer): Sampled {
	return { estimate: kernels.output as Matrix, error: kernelStandardErrors.output as Matrix };
}

/** One measurement an entry; of a symmetric matrix the lower triangle alone. */
export function measureMatrix(
	label: string,
	{ estimate, error }: Sampled,
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
		};
	}).flat();
}
