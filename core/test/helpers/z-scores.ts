/** Sampled numbers are judged by z: the difference from the truth over the standard errors of both. */
import { expect } from "vitest";

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
