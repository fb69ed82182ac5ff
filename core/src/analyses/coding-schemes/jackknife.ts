import type { Estimate } from "../../diagnostics/estimate.ts";

/**
 * A number of several independent groups together, and its standard error by leaving out each group in turn (Tukey 1958): of any
 * smooth function of averages over the groups.
 *
 * @param groups two or more
 */
export function jackknife<Group>(
	groups: readonly Group[],
	statistic: (groups: readonly Group[]) => number,
): Estimate {
	const n = groups.length;
	const without = groups.map((_, k) => statistic(groups.filter((__, j) => j !== k)));
	const center = without.reduce((sum, x) => sum + x, 0) / n;
	const squares = without.reduce((sum, x) => sum + (x - center) ** 2, 0);
	return { value: statistic(groups), standardError: Math.sqrt(((n - 1) / n) * squares) };
}

/** Entry by entry the mean over groups and its standard error. */
export function meanOverGroups(arrays: readonly Float64Array[]): {
	mean: Float64Array;
	standardError: Float64Array;
} {
	const n = arrays.length;
	const mean = arrays[0]!.map((_, k) => arrays.reduce((sum, x) => sum + x[k]!, 0) / n);
	const standardError = mean.map((m, k) =>
		n < 2 ? 0 : Math.sqrt(arrays.reduce((sum, x) => sum + (x[k]! - m) ** 2, 0) / (n * (n - 1))),
	);
	return { mean, standardError };
}
