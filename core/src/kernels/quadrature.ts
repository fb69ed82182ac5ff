/** Dual activation of any smooth function: Hermite expansions where they converge, a product rule where they do not. */
import { type Engine, scoped } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import type { DualActivation } from "./dual-activation.ts";
import { correlation, type GaussianPairs, largest } from "./gaussian-pairs.ts";
import { hermiteDerivatives } from "./hermite-derivatives.ts";
import { expandInHermite, type HermiteExpansion } from "./hermite-expansion.ts";
import { activationAtNodes, chooseRule, type NormalRule } from "./normal-rule.ts";

/** Relative to the geometric mean of both second moments. */
const TRUNCATION = 1e-12;

/** At order 512 a pair with correlation below 0.95 is done for tanh up to variances of about 30. */
const LARGEST_ORDER = 512;

/** The product rule needs no Hermite functions, so the weight itself decides: exp(-z^2/2) is 2e-22 at 10. */
const PRODUCT_RANGE = 10;

/**
 * G_ab = sum_k c_k(C_aa) c_k(C_bb) r^k, r the correlation (Mehler's formula), with coefficients by the trapezoidal rule. The
 * orders left out are bounded by |r|^(K+1) sqrt(tail_a tail_b) (Cauchy and Schwarz); a pair for which this bound is above
 * 1e-12, relative, is integrated by the product of two trapezoidal rules instead (or by one, where |r| = 1).
 *
 * Cost for n points and m pairs: n x 241 values of phi and m x 65 multiplications for tanh at variances of order 1.
 *
 * The methods throw InputError where the rule does not reach its accuracy (see `chooseRule`).
 */
export function quadratureDual(activation: Activation): DualActivation {
	return {
		mean(engine, variances) {
			const { nodes, weights } = chooseRule(engine, activation, largest(variances));
			const values = activationAtNodes(engine, activation, variances, nodes);
			return variances.map((_, i) =>
				weights.reduce((sum, w, j) => sum + w * values.data[i * nodes.length + j]!, 0),
			);
		},
		kernel(engine, pairs) {
			const rule = chooseRule(engine, activation, largest(pairs.variances));
			const expansion = expandInHermite(
				engine,
				activation,
				pairs.variances,
				rule,
				LARGEST_ORDER,
				// Rounding leaves tails of a few 1e-16; nothing is gained below.
				({ tails, secondMoments }) => tails.every((tail, i) => tail <= 4e-15 * secondMoments[i]!),
			);
			return mehlerSums(engine, activation, pairs, rule, expansion);
		},
		derivatives: (engine, pairs) => hermiteDerivatives(engine, activation, pairs),
	};
}

function mehlerSums(
	engine: Engine,
	activation: Activation,
	pairs: GaussianPairs,
	rule: NormalRule,
	{ coefficients, tails, secondMoments }: HermiteExpansion,
): Float64Array {
	const { variances, first, second, covariances } = pairs;
	const { columns, data } = coefficients;
	return covariances.map((c, k) => {
		const [a, b] = [first[k]!, second[k]!];
		if (a === b) return secondMoments[a]!;
		const r = correlation(variances[a]!, variances[b]!, c);
		const bound = Math.abs(r) ** columns * Math.sqrt(tails[a]! * tails[b]!);
		if (bound > TRUNCATION * Math.sqrt(secondMoments[a]! * secondMoments[b]!)) {
			return productRule(engine, activation, rule, variances[a]!, variances[b]!, r);
		}
		let sum = 0;
		for (let order = columns - 1; order >= 0; order--) {
			sum = sum * r + data[a * columns + order]! * data[b * columns + order]!;
		}
		return sum;
	});
}

/** E[phi(sqrt(a) z_1) phi(sqrt(b) (r z_1 + sqrt(1 - r^2) z_2))] by two trapezoidal rules, by one where |r| = 1. */
function productRule(
	engine: Engine,
	activation: Activation,
	rule: NormalRule,
	a: number,
	b: number,
	r: number,
): number {
	const inside = rule.nodes.map((z, i) => (Math.abs(z) <= PRODUCT_RANGE ? i : -1)).filter((i) => i >= 0);
	const nodes = Float64Array.from(inside, (i) => rule.nodes[i]!);
	const weights = Float64Array.from(inside, (i) => rule.weights[i]!);
	const outer = activationAtNodes(engine, activation, Float64Array.of(a), nodes).data;
	const remainder = Math.sqrt(b * (1 - r) * (1 + r));
	const [innerNodes, innerWeights] =
		remainder === 0 ? [Float64Array.of(0), Float64Array.of(1)] : [nodes, weights];
	return scoped(engine, () => {
		const h = engine.allocate(innerNodes.length);
		const value = engine.allocate(innerNodes.length);
		let total = 0;
		for (let i = 0; i < nodes.length; i++) {
			const mean = Math.sqrt(b) * r * nodes[i]!;
			const x = h.data;
			for (let j = 0; j < x.length; j++) x[j] = mean + remainder * innerNodes[j]!;
			activation.evaluate(engine, h, value);
			let inner = 0;
			const y = value.data;
			for (let j = 0; j < y.length; j++) inner += innerWeights[j]! * y[j]!;
			total += weights[i]! * outer[i]! * inner;
		}
		return total;
	});
}
