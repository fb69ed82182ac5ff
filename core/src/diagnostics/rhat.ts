import { type Diagnostic, defined, unusable } from "./diagnostic.ts";
import { mean, variance } from "./moments.ts";
import { fold, rankNormalize } from "./rank-normalize.ts";
import { isConstant, splitChains } from "./split-chains.ts";
import { toUnitScale } from "./unit-scale.ts";

/**
 * Rank-normalized split R-hat: the larger of the R-hat of the ranks (location) and of the folded ranks (scale).
 * Values up to 1.01 are taken as converged. Vehtari et al. 2021 (arXiv 1903.08008), equations 1-4 and section 4.
 *
 * @param chains one series a chain, all of one length
 * @throws RangeError when there is no chain or the lengths differ
 */
export function rHat(chains: readonly Float64Array[]): Diagnostic {
	const fault = unusable(chains);
	if (fault) return fault;
	const halves = splitChains(chains);
	const location = classicRHat(rankNormalize(halves));
	const folded = fold(halves);
	// Draws of two values in each half fold onto one when these are symmetric about the median: no scale to compare.
	const scale = folded.every(isConstant) ? 0 : classicRHat(rankNormalize(folded));
	return defined(Math.max(location, scale));
}

/**
 * Split R-hat of the series as they are: compares the chains' means and nothing else. For linearized series of weighted draws,
 * whose chains have proposals, and so spreads and shapes, of their own. Vehtari et al. 2021, equations 1-4 (Gelman et al. 2013).
 * @throws RangeError as `rHat`.
 */
export function meanRHat(chains: readonly Float64Array[]): Diagnostic {
	return unusable(chains) ?? defined(classicRHat(splitChains(toUnitScale(chains).chains)));
}

/** sqrt(((n - 1)/n W + B/n) / W), W the mean variance within chains and B/n the variance of their means. */
function classicRHat(chains: readonly Float64Array[]): number {
	const n = chains[0]!.length;
	const within = mean(Float64Array.from(chains, variance));
	const betweenOverN = variance(Float64Array.from(chains, mean));
	return Math.sqrt((n - 1) / n + betweenOverN / within);
}
