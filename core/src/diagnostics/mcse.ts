import { type Diagnostic, defined, unusable } from "./diagnostic.ts";
import { ess } from "./ess.ts";
import { mean, pooled, variance } from "./moments.ts";

/**
 * Monte-Carlo standard error of the mean of all draws: standard deviation / sqrt(ESS). Vehtari et al. 2021 (arXiv
 * 1903.08008), section 3. @throws RangeError as `ess`.
 */
export function mcseMean(chains: readonly Float64Array[]): Diagnostic {
	const size = ess(chains);
	return size.defined ? defined(Math.sqrt(variance(pooled(chains)) / size.value)) : size;
}

/**
 * Monte-Carlo standard error of the standard deviation of all draws, by the delta method on the squared deviations c:
 * sqrt(Var[c] / ESS(c)) / (2 sd). Vehtari et al. 2021 (arXiv 1903.08008), section 4.4. @throws RangeError as `ess`.
 */
export function mcseStandardDeviation(chains: readonly Float64Array[]): Diagnostic {
	const fault = unusable(chains);
	if (fault) return fault;
	const center = mean(pooled(chains));
	const squares = chains.map((chain) => chain.map((x) => (x - center) ** 2));
	const size = ess(squares);
	if (!size.defined) return size;
	const all = pooled(squares);
	const second = mean(all);
	const spread = mean(all.map((c) => c * c)) - second * second;
	return defined(Math.sqrt(spread / size.value / second / 4));
}
