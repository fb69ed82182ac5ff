import { type Diagnostic, defined, unusable } from "./diagnostic.ts";
import { ess } from "./ess.ts";
import { mean, pooled, variance } from "./moments.ts";
import { toUnitScale } from "./unit-scale.ts";

/**
 * Monte-Carlo standard error of the mean of all draws: standard deviation / sqrt(ESS). Vehtari et al. 2021 (arXiv
 * 1903.08008), section 3. @throws RangeError as `ess`.
 */
export function mcseMean(chains: readonly Float64Array[]): Diagnostic {
	const size = ess(chains);
	if (!size.defined) return size;
	const scaled = toUnitScale(chains);
	return defined(scaled.scale * Math.sqrt(variance(pooled(scaled.chains)) / size.value));
}

/**
 * Monte-Carlo standard error of the standard deviation of all draws, by the delta method on the squared deviations c:
 * sqrt(Var[c] / ESS(c)) / (2 sd). Vehtari et al. 2021 (arXiv 1903.08008), section 4.4. @throws RangeError as `ess`.
 */
export function mcseStandardDeviation(chains: readonly Float64Array[]): Diagnostic {
	const fault = unusable(chains);
	if (fault) return fault;
	const scaled = toUnitScale(chains);
	const center = mean(pooled(scaled.chains));
	const squares = scaled.chains.map((chain) => chain.map((x) => (x - center) ** 2));
	const size = ess(squares);
	if (!size.defined) return size;
	const all = pooled(squares);
	const second = mean(all);
	// About its mean: the difference of two means can round below 0.
	const spread = mean(all.map((c) => (c - second) ** 2));
	return defined(scaled.scale * Math.sqrt(spread / size.value / second / 4));
}
