/** Means over the repetitions of a learning curve. */
import { type Engine, type RandomState, seedStream } from "@finitude/engine";
import { uniforms } from "../../data/random.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { mean, variance } from "../../diagnostics/moments.ts";

/** A number with the standard error of its mean over repetitions; absent of a single exact number. */
export interface Average {
	readonly value: number;
	readonly standardError?: number;
}

/**
 * Standard error of a mean over independent repetitions, each known with its own Monte-Carlo error (0 of exact ones): from their
 * spread, which holds both, but never below what the Monte-Carlo errors alone make, since few repetitions may agree by chance. Undefined
 * for a single exact number.
 */
export function errorOfMean(
	values: readonly number[],
	monteCarlo: readonly number[] = values.map(() => 0),
): number | undefined {
	const count = values.length;
	const floor = Math.sqrt(monteCarlo.reduce((sum, error) => sum + error * error, 0)) / count;
	if (count === 1) return floor === 0 ? undefined : floor;
	return Math.max(floor, Math.sqrt(variance(Float64Array.from(values)) / count));
}

export function averageOf(values: readonly number[]): Average {
	const standardError = errorOfMean(values);
	return { value: mean(Float64Array.from(values)), ...(standardError !== undefined && { standardError }) };
}

/** Of estimates with Monte-Carlo errors. */
export function averageEstimate(estimates: readonly Estimate[]): Estimate {
	const values = estimates.map(({ value }) => value);
	const errors = estimates.map(({ standardError }) => standardError);
	return { value: mean(Float64Array.from(values)), standardError: errorOfMean(values, errors) ?? 0 };
}

/** The standard deviation of a statistic over this many resamplings is known to 1 / sqrt(2000) = 2 %. */
const RESAMPLINGS = 1000;

/**
 * Bootstrap standard error of a statistic of independent repetitions: its standard deviation over data sets of as many repetitions
 * drawn from them with replacement (Efron 1979, Annals of Statistics 7:1), times sqrt(n / (n - 1)), which makes it that of the mean
 * when the statistic is the mean, however few repetitions there are.
 *
 * @param repetitions two or more
 */
export function bootstrapError<T>(
	repetitions: readonly T[],
	statistic: (drawn: readonly T[]) => number,
	engine: Engine,
	stream: RandomState = seedStream(0),
): number {
	const count = repetitions.length;
	const chosen = uniforms(engine, stream, count * RESAMPLINGS);
	const values = Float64Array.from({ length: RESAMPLINGS }, (_, b) =>
		statistic(repetitions.map((_, i) => repetitions[Math.floor(count * chosen[b * count + i]!)]!)),
	);
	return Math.sqrt((variance(values) * count) / (count - 1));
}

/** Training error and the error it is compared with, of one repetition. */
interface ErrorPair {
	readonly training: number;
	readonly population: number;
}

/**
 * (e_g - e_t) / e_g of the mean errors. Its standard error is that of the ratio, by bootstrap over repetitions, but never below what
 * the Monte-Carlo errors alone make; of a single repetition those alone.
 *
 * @param monteCarlo standard error of each repetition's own gap, where it is sampled
 */
export function averageGap(
	pairs: readonly ErrorPair[],
	engine: Engine,
	monteCarlo: readonly number[] = pairs.map(() => 0),
): Average {
	const sum = (drawn: readonly ErrorPair[], of: keyof ErrorPair) =>
		drawn.reduce((total, pair) => total + pair[of], 0);
	const gap = (drawn: readonly ErrorPair[]) => 1 - sum(drawn, "training") / sum(drawn, "population");
	const floor = Math.sqrt(monteCarlo.reduce((total, error) => total + error * error, 0)) / pairs.length;
	if (pairs.length === 1) return { value: gap(pairs), ...(floor > 0 && { standardError: floor }) };
	return { value: gap(pairs), standardError: Math.max(floor, bootstrapError(pairs, gap, engine)) };
}
