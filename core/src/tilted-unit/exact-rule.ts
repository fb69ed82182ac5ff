import type { Engine } from "@finitude/engine";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { polarRule } from "./polar.ts";
import { degreeFiveRule, gaussHermiteRule } from "./polynomial-rules.ts";

/**
 * A rule that is exact to rounding for products of an even number of features, at most `factors` of them, under the prior:
 * for polynomial activations, and for homogeneous ones of one or two weights. Undefined where there is none with at most
 * `budget` points. Not for tilted measures.
 *
 * @param factors 2 or 4
 */
export function exactRule(
	engine: Engine,
	{ activation, dimension, inputs }: HiddenUnit,
	factors: 2 | 4,
	budget: number,
): IntegrationRule | undefined {
	const { polynomialDegree, homogeneous } = activation;
	const within = (rule: IntegrationRule) => (rule.count <= budget ? rule : undefined);
	if (polynomialDegree !== undefined) {
		const degree = polynomialDegree * factors;
		if (degree <= 5) return within(degreeFiveRule(dimension));
		return within(gaussHermiteRule(engine, dimension, Math.floor(degree / 2) + 1));
	}
	if (!homogeneous) return undefined;
	// On one axis an even product is a multiple of w^(2k) on either side, half of a polynomial's average each.
	if (dimension === 1) return within(gaussHermiteRule(engine, 1, Math.floor(factors / 2) + 1));
	return dimension === 2 ? within(polarRule(engine, inputs)) : undefined;
}
