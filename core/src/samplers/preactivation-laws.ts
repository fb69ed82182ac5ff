import { matrix } from "@finitude/engine";
import type { Histogram, PreactivationLaw } from "../answer/answer.ts";
import type { ChainResult } from "./chain-result.ts";
import { averagedEstimate, averagedMoments } from "./layer-estimates.ts";
import { momentRatios } from "./moment-ratios.ts";
import { averagedName } from "./observation.ts";
import { HISTOGRAM_BINS, HISTOGRAM_RANGE } from "./unit-statistics.ts";

/** Skewness, excess kurtosis and histograms of every layer's pre-activations, over units and draws. */
export function preactivationLaws(chains: readonly ChainResult[], points: number): PreactivationLaw[] {
	const laws: PreactivationLaw[] = [];
	while (chains[0]!.averaged[averagedName.powers(laws.length)] !== undefined) {
		laws.push({ ...shape(chains, laws.length, points), ...histogram(chains, laws.length) });
	}
	return laws;
}

/** Tables of every column, absent as soon as one has no variance, and their averages. */
function shape(
	chains: readonly ChainResult[],
	layer: number,
	points: number,
): Omit<PreactivationLaw, "histogram"> {
	const { skewness, excessKurtosis } = momentRatios(averagedMoments(chains, averagedName.powers(layer))!);
	if (skewness.values.includes(undefined)) return {};
	/** Stored position by position, the point fastest. */
	const table = (values: ArrayLike<number | undefined>) => {
		const positions = values.length / points;
		const m = matrix(points, positions);
		for (let i = 0; i < values.length; i++) {
			m.data[(i % points) * positions + Math.floor(i / points)] = values[i]!;
		}
		return m;
	};
	return {
		skewness: table(skewness.values),
		excessKurtosis: table(excessKurtosis.values),
		meanSkewness: skewness.mean!,
		meanExcessKurtosis: excessKurtosis.mean!,
		...(skewness.standardErrors && {
			skewnessStandardError: table(skewness.standardErrors),
			meanSkewnessStandardError: skewness.meanStandardError!,
		}),
		...(excessKurtosis.standardErrors && {
			excessKurtosisStandardError: table(excessKurtosis.standardErrors),
			meanExcessKurtosisStandardError: excessKurtosis.meanStandardError!,
		}),
	};
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
