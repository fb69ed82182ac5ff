/**
 * Effective sample sizes of weighted draws: how many independent, equally weighted draws from the target would estimate as well.
 * The weights are relative, of mean 1 over all draws of all chains.
 */
import { type Diagnostic, defined, undefinedBecause, unusable } from "./diagnostic.ts";
import { inverseNormal } from "./inverse-normal.ts";
import { linearized } from "./linearized.ts";
import { mcseMean } from "./mcse.ts";
import { mean, pooled } from "./moments.ts";

/**
 * Bulk ESS of weighted draws: Var z / MCSE(z)^2, z the normal scores of the weighted ranks and MCSE the standard error of their
 * self-normalized mean, correlations along the chains included. The counterpart of Vehtari et al. 2021, section 4.1.
 * @throws RangeError as `ess`.
 */
export function weightedBulkEss(
	chains: readonly Float64Array[],
	weights: readonly Float64Array[],
): Diagnostic {
	const fault = unusable(chains);
	if (fault) return fault;
	const score = new Map<number, number>();
	const all = sortedDraws(chains, weights);
	const total = all.reduce((sum, { weight }) => sum + weight, 0);
	// As for equal weights, the scores stay inside (0, 1) by half a draw or so at both ends.
	const margin = 0.375 / (all.length + 0.25);
	eachTie(all, (x, below, tied) => {
		score.set(x, inverseNormal(margin + (1 - 2 * margin) * ((below + tied / 2) / total)));
	});
	return essOf(
		chains.map((chain) => chain.map((x) => score.get(x)!)),
		weights,
	);
}

/**
 * Tail ESS of weighted draws: the smaller of p (1 - p) / MCSE^2 for the indicators of lying at most at the weighted 5 % and
 * 95 % quantiles. The counterpart of Vehtari et al. 2021, section 4.3. @throws RangeError as `ess`.
 */
export function weightedTailEss(
	chains: readonly Float64Array[],
	weights: readonly Float64Array[],
): Diagnostic {
	const fault = unusable(chains);
	if (fault) return fault;
	const all = sortedDraws(chains, weights);
	const total = all.reduce((sum, { weight }) => sum + weight, 0);
	let smallest = Number.POSITIVE_INFINITY;
	for (const probability of [0.05, 0.95]) {
		let quantile = all[0]!.x;
		eachTie(all, (x, below) => {
			if (below < probability * total) quantile = x;
		});
		const below = chains.map((chain) => chain.map((x) => (x <= quantile ? 1 : 0)));
		const tail = essOf(below, weights);
		if (!tail.defined) {
			return undefinedBecause(
				"constant",
				`no draw lies above the ${probability} quantile, which many draws share`,
			);
		}
		smallest = Math.min(smallest, tail.value);
	}
	return defined(smallest);
}

/** Weighted variance of a series over the squared standard error of its self-normalized mean. */
function essOf(series: readonly Float64Array[], weights: readonly Float64Array[]): Diagnostic {
	const equal = linearized(series, weights);
	const error = mcseMean(equal);
	if (!error.defined) return error;
	const center = mean(pooled(equal));
	const squares = series.map((chain) => chain.map((x) => (x - center) ** 2));
	return defined(mean(pooled(linearized(squares, weights))) / error.value ** 2);
}

interface WeightedDraw {
	readonly x: number;
	readonly weight: number;
}

function sortedDraws(chains: readonly Float64Array[], weights: readonly Float64Array[]): WeightedDraw[] {
	const all = chains.flatMap((chain, c) => Array.from(chain, (x, t) => ({ x, weight: weights[c]![t]! })));
	return all.sort((a, b) => a.x - b.x);
}

/** For each value in ascending order: the weight of all smaller draws, and of those that share it. */
function eachTie(
	sorted: readonly WeightedDraw[],
	tell: (x: number, below: number, tied: number) => void,
): void {
	let below = 0;
	for (let start = 0; start < sorted.length; ) {
		const { x } = sorted[start]!;
		let tied = 0;
		for (; start < sorted.length && sorted[start]!.x === x; start++) tied += sorted[start]!.weight;
		tell(x, below, tied);
		below += tied;
	}
}
