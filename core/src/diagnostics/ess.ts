import { autocovariance, centered } from "./autocovariance.ts";
import { type Diagnostic, defined, undefinedBecause, unusable } from "./diagnostic.ts";
import { mean, pooled, sortedQuantile, variance } from "./moments.ts";
import { rankNormalize } from "./rank-normalize.ts";
import { splitChains } from "./split-chains.ts";
import { toUnitScale } from "./unit-scale.ts";

/**
 * Effective sample size for the mean of the draws as they are (no rank normalization): what a Monte-Carlo standard error of
 * a mean needs. Chains are split in halves. Vehtari et al. 2021 (arXiv 1903.08008), section 3.
 *
 * @param chains one series a chain, all of one length
 * @throws RangeError when there is no chain or the lengths differ
 */
export function ess(chains: readonly Float64Array[]): Diagnostic {
	return unusable(chains) ?? sequenceEss(splitChains(toUnitScale(chains).chains));
}

/** Bulk ESS: of the rank-normalized split chains. Vehtari et al. 2021, section 4.1. @throws RangeError as `ess`. */
export function bulkEss(chains: readonly Float64Array[]): Diagnostic {
	return unusable(chains) ?? sequenceEss(rankNormalize(splitChains(chains)));
}

/** Tail ESS: the smaller ESS of the 5 % and the 95 % quantile estimates. Vehtari et al. 2021, section 4.3. @throws RangeError as `ess`. */
export function tailEss(chains: readonly Float64Array[]): Diagnostic {
	const fault = unusable(chains);
	if (fault) return fault;
	const sorted = pooled(chains).sort();
	let smallest = Number.POSITIVE_INFINITY;
	for (const probability of [0.05, 0.95]) {
		const quantile = sortedQuantile(sorted, probability);
		const below = chains.map((chain) => chain.map((x) => (x <= quantile ? 1 : 0)));
		if (unusable(below)) {
			return undefinedBecause(
				"constant",
				`no draw lies above the ${probability} quantile, which many draws share`,
			);
		}
		const tail = sequenceEss(splitChains(below));
		if (!tail.defined) return tail;
		smallest = Math.min(smallest, tail.value);
	}
	return defined(smallest);
}

/**
 * M n / tau with tau = -1 + 2 sum of the pairs P_k = rho_2k + rho_2k+1 of the combined autocorrelations
 * rho_t = 1 - (W - mean_m s_m^2(t)) / var+ (equation 10), truncated and made monotone as Geyer (1992, Statistical Science
 * 7:473) showed. Of the last pair only a positive even term counts (once): it lowers the variance for antithetic chains.
 * tau >= 1 / log10(M n), so that the ESS of antithetic chains stays below M n log10(M n).
 */
function sequenceEss(chains: readonly Float64Array[]): Diagnostic {
	const n = chains[0]!.length;
	const size = chains.length * n;
	const deviations = chains.map(centered);
	const covariance = (lag: number) =>
		deviations.reduce((sum, deviation) => sum + autocovariance(deviation, lag), 0) / chains.length;
	const between = variance(Float64Array.from(chains, mean));
	const lagZero = covariance(0);
	const within = (lagZero * n) / (n - 1);
	const total = lagZero + between;
	const correlation = (lag: number) => 1 - (within - covariance(lag)) / total;

	const pairs: number[] = [];
	let even = 1;
	let pair = 1 + correlation(1);
	for (let lag = 2; pair > 0 && lag + 1 < n - 1; lag += 2) {
		pairs.push(Math.min(pair, pairs.at(-1) ?? pair));
		even = correlation(lag);
		pair = even + correlation(lag + 1);
	}
	const tau = -1 + 2 * pairs.reduce((sum, p) => sum + p, 0) + Math.max(even, 0);
	return defined(size / Math.max(tau, 1 / Math.log10(size)));
}
