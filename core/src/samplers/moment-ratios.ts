/** Skewness and excess kurtosis from the averages of h, h^2, h^3 and h^4. */
import { type BatchMoments, combineBatchMoments } from "./batch-means.ts";
import { linearMoments } from "./linear-moments.ts";

/** One ratio of several columns. */
export interface ColumnRatios {
	/** Undefined without variance. */
	readonly values: readonly (number | undefined)[];
	/** Average of those that are defined; absent when none is. */
	readonly mean?: number;
	/** Of every column; absent with fewer than two batches. */
	readonly standardErrors?: Float64Array;
	readonly meanStandardError?: number;
}

export interface MomentRatios {
	readonly skewness: ColumnRatios;
	readonly excessKurtosis: ColumnRatios;
}

/**
 * Skewness m3 / m2^(3/2) and excess kurtosis m4 / m2^2 - 3 from central moments. Standard errors by the delta method: the
 * batch means of h^k, put into the derivative of the ratio at the overall means, are a series whose error is that of the ratio.
 *
 * @param powers 4 x columns each, with batch means, one entry a chain: averages of h, h^2, h^3, h^4
 */
export function momentRatios(powers: readonly BatchMoments[]): MomentRatios {
	const { mean } = combineBatchMoments(powers);
	const columns = mean.length / 4;
	const raw = (k: number, i: number) => mean[(k - 1) * columns + i]!;
	const ratios = Array.from({ length: columns }, (_, i) =>
		ratiosOf([raw(1, i), raw(2, i), raw(3, i), raw(4, i)]),
	);
	const defined = ratios.filter((ratio) => ratio !== undefined).length;
	const estimate = (which: "skewness" | "kurtosis"): ColumnRatios => {
		const series = linearMoments([powers], ([of]) => {
			const values = new Float64Array(columns + 1);
			ratios.forEach((ratio, i) => {
				if (ratio === undefined) return;
				for (let k = 0; k < 4; k++) values[i]! += ratio.gradients[which][k]! * of![k * columns + i]!;
				values[columns]! += values[i]! / defined;
			});
			return values;
		});
		const { standardError } = combineBatchMoments(series);
		const average = ratios.reduce(
			(sum, ratio) => sum + (ratio === undefined ? 0 : ratio[which] / defined),
			0,
		);
		return {
			values: ratios.map((ratio) => ratio?.[which]),
			...(standardError && { standardErrors: standardError.subarray(0, columns) }),
			...(defined > 0 && { mean: average }),
			...(defined > 0 && standardError && { meanStandardError: standardError[columns]! }),
		};
	};
	return { skewness: estimate("skewness"), excessKurtosis: estimate("kurtosis") };
}

/** Both ratios and their derivatives by the raw moments m_1 .. m_4; undefined without variance. */
function ratiosOf([a, b, c, d]: readonly [number, number, number, number]) {
	const m2 = b - a * a;
	// Rounding leaves a variance of 1e-16 of the second moment where there is none.
	if (!(m2 > 1e-12 * b)) return undefined;
	const m3 = c - 3 * a * b + 2 * a ** 3;
	const m4 = d - 4 * a * c + 6 * a * a * b - 3 * a ** 4;
	const skewness = m3 / m2 ** 1.5;
	const kurtosis = m4 / m2 ** 2 - 3;
	const derivatives = {
		m2: [-2 * a, 1, 0, 0],
		m3: [-3 * b + 6 * a * a, -3 * a, 1, 0],
		m4: [-4 * c + 12 * a * b - 12 * a ** 3, 6 * a * a, -4 * a, 1],
	};
	const gradients = {
		skewness: derivatives.m3.map((x, k) => x / m2 ** 1.5 - ((1.5 * skewness) / m2) * derivatives.m2[k]!),
		kurtosis: derivatives.m4.map((x, k) => x / m2 ** 2 - ((2 * (kurtosis + 3)) / m2) * derivatives.m2[k]!),
	};
	return { skewness, kurtosis, gradients };
}
