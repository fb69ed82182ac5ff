import { matrix } from "@finitude/engine";
import type { Histogram, PreactivationLaw } from "../answer/answer.ts";
import { batchMomentsOf, combineBatchMoments } from "./batch-means.ts";
import type { ChainResult } from "./chain-result.ts";
import { averagedEstimate, averagedMoments } from "./layer-estimates.ts";
import { HISTOGRAM_BINS, HISTOGRAM_RANGE } from "./layer-statistics.ts";
import { averagedName } from "./observation.ts";

/** Skewness, excess kurtosis and histograms of every layer's pre-activations, over units and draws. */
export function preactivationLaws(chains: readonly ChainResult[], points: number): PreactivationLaw[] {
	const laws: PreactivationLaw[] = [];
	while (chains[0]!.averaged[averagedName.powers(laws.length)] !== undefined) {
		laws.push({ ...shape(chains, laws.length, points), ...histogram(chains, laws.length) });
	}
	return laws;
}

/**
 * Skewness m3 / m2^(3/2) and excess kurtosis m4 / m2^2 - 3 from central moments. Standard errors by the delta method: the
 * batch means of h^k, put into the derivative of the ratio at the overall means, are a series whose error is that of the ratio.
 * Columns without variance have neither; they count as Gaussian in no average.
 */
function shape(chains: readonly ChainResult[], layer: number, points: number): PreactivationLaw {
	const name = averagedName.powers(layer);
	const chainMoments = averagedMoments(chains, name)!;
	const { mean } = combineBatchMoments(chainMoments);
	const columns = mean.length / 4;
	const raw = (k: number, i: number) => mean[(k - 1) * columns + i]!;
	const ratios = Array.from({ length: columns }, (_, i) =>
		shapeOf([raw(1, i), raw(2, i), raw(3, i), raw(4, i)]),
	);
	if (ratios.some((ratio) => ratio === undefined)) return {};
	const linearized = (which: "skewness" | "kurtosis") =>
		chainMoments.map((moments) => {
			const value = (powers: Float64Array) => {
				const values = new Float64Array(columns + 1);
				for (let i = 0; i < columns; i++) {
					const { gradients } = ratios[i]!;
					for (let k = 0; k < 4; k++) values[i]! += gradients[which][k]! * powers[k * columns + i]!;
					values[columns]! += values[i]! / columns;
				}
				return values;
			};
			return batchMomentsOf(moments.batchMeans!.map(value), moments, value(moments.mean));
		});
	const errors = (which: "skewness" | "kurtosis") => combineBatchMoments(linearized(which)).standardError;
	/** Stored position by position, the point fastest. */
	const table = (values: (column: number) => number) => {
		const positions = columns / points;
		const m = matrix(points, positions);
		for (let i = 0; i < columns; i++) m.data[(i % points) * positions + Math.floor(i / points)] = values(i);
		return m;
	};
	const average = (which: "skewness" | "kurtosis") =>
		ratios.reduce((sum, ratio) => sum + ratio![which] / columns, 0);
	const skewnessError = errors("skewness");
	const kurtosisError = errors("kurtosis");
	return {
		skewness: table((i) => ratios[i]!.skewness),
		excessKurtosis: table((i) => ratios[i]!.kurtosis),
		meanSkewness: average("skewness"),
		meanExcessKurtosis: average("kurtosis"),
		...(skewnessError && {
			skewnessStandardError: table((i) => skewnessError[i]!),
			meanSkewnessStandardError: skewnessError[columns]!,
		}),
		...(kurtosisError && {
			excessKurtosisStandardError: table((i) => kurtosisError[i]!),
			meanExcessKurtosisStandardError: kurtosisError[columns]!,
		}),
	};
}

/** Both ratios and their derivatives by the raw moments m_1 .. m_4; undefined without variance. */
function shapeOf([a, b, c, d]: readonly [number, number, number, number]) {
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

function histogram(chains: readonly ChainResult[], layer: number): { histogram?: Histogram } {
	const estimate = averagedEstimate(chains, averagedName.histogram(layer));
	if (estimate === undefined) return {};
	const width = (2 * HISTOGRAM_RANGE) / HISTOGRAM_BINS;
	const density = (fractions: Float64Array) =>
		Array.from(fractions.subarray(1, HISTOGRAM_BINS + 1), (x) => x / width);
	return {
		histogram: {
			edges: Array.from({ length: HISTOGRAM_BINS + 1 }, (_, k) => -HISTOGRAM_RANGE + k * width),
			density: density(estimate.mean),
			...(estimate.standardError && { densityStandardError: density(estimate.standardError) }),
			below: estimate.mean[0]!,
			above: estimate.mean[HISTOGRAM_BINS + 1]!,
		},
	};
}
