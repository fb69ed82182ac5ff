/** The law of the class signal over units. */
import type { Histogram } from "../../answer/answer.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import { addToHistogram, type Bins, emptyCounts, histogramOf, mirrored } from "./histograms.ts";
import { jackknife, meanOverGroups } from "./jackknife.ts";
import { kurtosis, rootMeanSquare } from "./unit-measures.ts";
import type { UnitPopulation } from "./unit-population.ts";

/** Of m over its root mean square. */
export interface SignalLaw {
	/** <m^2>^(1/2). */
	readonly rootMeanSquare: Estimate;
	/** <m^4>/<m^2>^2. */
	readonly kurtosis: Estimate;
	/** The density at 0 over its maximum. */
	readonly centerOverPeak: Estimate;
	/** |m| at the maximum, in root mean squares. */
	readonly peak: number;
	readonly histogram: Histogram;
}

/** Of m over its root mean square: bins of a quarter. */
const BINS: Bins = { range: 4.125, count: 33 };

/**
 * @param populations two or more, which count alike: their differences give the errors
 * @param pair which class signal
 * @param even whether the law is known to be that of -m too: both halves then count together
 */
export function signalLaw(populations: readonly UnitPopulation[], pair: number, even: boolean): SignalLaw {
	const signal = (population: UnitPopulation) => population.signals[pair]!;
	const scale = rootMeanSquare(populations, signal);
	const counts = populations.map((one) => signalCounts(one, pair, scale, even));
	const { mean, standardError } = meanOverGroups(counts);
	return {
		rootMeanSquare: jackknife(populations, (some) => rootMeanSquare(some, signal)),
		kurtosis: jackknife(populations, (some) => kurtosis(some, signal)),
		centerOverPeak: jackknife(counts, (some) => centerOverPeak(meanOverGroups(some).mean)),
		peak: Math.abs(peakBin(mean) - center(mean)) * ((2 * BINS.range) / BINS.count),
		histogram: histogramOf(BINS, mean, standardError),
	};
}

/** The histogram of one population in units of a given scale. */
export function signalHistogram(
	population: UnitPopulation,
	pair: number,
	scale: number,
	even: boolean,
): Histogram {
	return histogramOf(BINS, signalCounts(population, pair, scale, even));
}

function signalCounts(
	{ signals, weights }: UnitPopulation,
	pair: number,
	scale: number,
	even: boolean,
): Float64Array {
	const counts = emptyCounts(BINS);
	signals[pair]!.forEach((m, i) => {
		addToHistogram(BINS, counts, scale === 0 ? 0 : m / scale, weights[i]!);
	});
	return even ? mirrored(counts) : counts;
}

const center = (counts: Float64Array) => (counts.length - 1) / 2;

function peakBin(counts: Float64Array): number {
	let best = center(counts);
	// What lies outside the bins has no density.
	for (let k = 1; k < counts.length - 1; k++) if (counts[k]! > counts[best]!) best = k;
	return best;
}

function centerOverPeak(counts: Float64Array): number {
	const most = counts[peakBin(counts)]!;
	return most === 0 ? 0 : counts[center(counts)]! / most;
}
