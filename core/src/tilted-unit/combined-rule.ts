import type { IntegrationRule } from "./integration-rule.ts";

/** The points of several rules of one kind and dimension, each with its share of the weight. */
export function combinedRule(rules: readonly IntegrationRule[]): IntegrationRule {
	return {
		...rules[0]!,
		count: rules.reduce((sum, { count }) => sum + count, 0),
		*chunks(size) {
			for (const rule of rules) {
				for (const { points, weights, count } of rule.chunks(size)) {
					yield { points, weights: weights.map((w) => w / rules.length), count };
				}
			}
		},
	};
}
