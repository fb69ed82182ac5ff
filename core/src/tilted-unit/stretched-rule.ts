import type { IntegrationRule } from "./integration-rule.ts";

/**
 * A rule with its leading coordinates stretched: the point z becomes w with w_k = scales[k] z_k, and its weight is multiplied
 * by the ratio of the densities of N(0, 1) and N(0, scales[k]^2) at w_k. Averages over N(0, I) stay what they are; those of a
 * measure that is broader along these coordinates need fewer points.
 *
 * @param scales at least 1 each: the weights are then bounded
 */
export function stretchedRule(rule: IntegrationRule, scales: Float64Array): IntegrationRule {
	const logScale = scales.reduce((sum, x) => sum + Math.log(x), 0);
	return {
		...rule,
		*chunks(size) {
			for (const { points, weights, count } of rule.chunks(size)) {
				const logRatios = new Float64Array(count).fill(logScale);
				const moved = points.slice();
				scales.forEach((scale, k) => {
					for (let i = 0; i < count; i++) {
						const z = points[k * count + i]!;
						moved[k * count + i] = scale * z;
						logRatios[i]! -= 0.5 * (scale * scale - 1) * z * z;
					}
				});
				yield { points: moved, weights: weights.map((w, i) => w * Math.exp(logRatios[i]!)), count };
			}
		},
	};
}
