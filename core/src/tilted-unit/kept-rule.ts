import type { IntegrationRule } from "./integration-rule.ts";

/** Numbers that are kept at most: 256 MiB. */
const MOST_KEPT = 2 ** 25;

/**
 * The same rule with its points in memory from the first pass on, r + 1 numbers each: for random points that are passed over
 * again and again. A rule too large for that stays what it is.
 */
export function keptRule(rule: IntegrationRule): IntegrationRule {
	const { dimension: r, count } = rule;
	if (count * (r + 1) > MOST_KEPT) return rule;
	let kept: { points: Float64Array; weights: Float64Array } | undefined;
	return {
		...rule,
		*chunks(size) {
			kept ??= allPoints(rule);
			for (let first = 0; first < count; first += size) {
				const end = Math.min(count, first + size);
				const points = new Float64Array(r * (end - first));
				for (let k = 0; k < r; k++) {
					points.set(kept.points.subarray(k * count + first, k * count + end), k * (end - first));
				}
				yield { points, weights: kept.weights.subarray(first, end), count: end - first };
			}
		},
	};
}

/** Coordinate by coordinate. */
function allPoints({ dimension: r, count: total, chunks }: IntegrationRule) {
	const points = new Float64Array(r * total);
	const weights = new Float64Array(total);
	let first = 0;
	for (const chunk of chunks(2 ** 12)) {
		const { count } = chunk;
		for (let k = 0; k < r; k++) {
			points.set(chunk.points.subarray(k * count, (k + 1) * count), k * total + first);
		}
		weights.set(chunk.weights, first);
		first += count;
	}
	return { points, weights };
}
