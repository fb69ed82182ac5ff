import type { Matrix } from "@finitude/engine";
import type { IntegrationRule } from "./integration-rule.ts";

/**
 * A rule with its leading coordinates mapped: the point z becomes w with w = L z, and its weight is multiplied by the ratio of
 * the densities of N(0, I) and N(0, L L^T) at w. Averages over N(0, I) stay what they are; those of a measure of covariance
 * close to L L^T need fewer points.
 *
 * @param factor L, k x k with k at most the dimension: lower triangular with a positive diagonal, its upper triangle zero
 */
export function mappedRule(rule: IntegrationRule, factor: Matrix): IntegrationRule {
	const k = factor.rows;
	let logDeterminant = 0;
	for (let i = 0; i < k; i++) logDeterminant += Math.log(factor.data[i * k + i]!);
	return {
		...rule,
		*chunks(size) {
			for (const { points, weights, count } of rule.chunks(size)) {
				const logRatios = new Float64Array(count).fill(logDeterminant);
				const moved = points.slice();
				for (let i = 0; i < k; i++) {
					const row = moved.subarray(i * count, (i + 1) * count).fill(0);
					for (let j = 0; j <= i; j++) {
						const entry = factor.data[i * k + j]!;
						for (let s = 0; s < count; s++) row[s]! += entry * points[j * count + s]!;
					}
					for (let s = 0; s < count; s++) logRatios[s]! += 0.5 * (points[i * count + s]! ** 2 - row[s]! ** 2);
				}
				yield { points: moved, weights: weights.map((w, s) => w * Math.exp(logRatios[s]!)), count };
			}
		},
	};
}
