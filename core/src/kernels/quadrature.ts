/** Dual activation of any smooth function: Hermite expansions where they converge, a product rule where they do not. */
import { type Engine, scoped } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import type { DualActivation } from "./dual-activation.ts";
import { correlation, type GaussianPairs, largest } from "./gaussian-pairs.ts";
import { hermiteDerivatives, hermiteGradient } from "./hermite-derivatives.ts";
import { expandInHermite, type HermiteExpansion } from "./hermite-expansion.ts";
import { activationAtNodes, chooseRule, type NormalRule } from "./normal-rule.ts";

/** Relative to the geometric mean of both second moments. */
const TRUNCATION = 1e-12;

/** At order 512 a pair with correlation below 0.95 is done for tanh up to variances of about 30. */
const LARGEST_ORDER = 512;

/** The product rule needs no Hermite functions, so the weight itself decides: exp(-z^2/2) is 2e-22 at 10. */
const PRODUCT_RANGE = 10;

/** The trapezoidal rule of this step integrates the normal density itself to exp(-2 pi^2 / step^2) = e^-123. */
const LONGEST_STEP = 0.4;

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
		gradient: (engine, pairs) => hermiteGradient(engine, activation, pairs),
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

/**
 * E[phi(sqrt(a) z_1) phi(sqrt(b) (r z_1 + sqrt(1 - r^2) z_2))] by two trapezoidal rules, by one where |r| = 1. The inner
 * function varies sqrt(1 - r^2) times more slowly than phi(sqrt(b) z), so its step is longer by that factor.
 */
function productRule(
	engine: Engine,
	activation: Activation,
	rule: NormalRule,
	a: number,
	b: number,
	r: number,
): number {
	const spread = Math.sqrt((1 - r) * (1 + r));
	const outer = thinned(rule, 1);
	const inner =
		spread === 0
			? { nodes: Float64Array.of(0), weights: Float64Array.of(1) }
			: thinned(rule, Math.floor(Math.min(1 / spread, LONGEST_STEP / rule.step)));
	const outerValues = activationAtNodes(engine, activation, Float64Array.of(a), outer.nodes).data;
	return scoped(engine, () => {
		const h = engine.allocate(inner.nodes.length);
		const value = engine.allocate(inner.nodes.length);
		let total = 0;
		for (let i = 0; i < outer.nodes.length; i++) {
			const mean = Math.sqrt(b) * r * outer.nodes[i]!;
			const x = h.data;
			for (let j = 0; j < x.length; j++) x[j] = mean + Math.sqrt(b) * spread * inner.nodes[j]!;
			activation.evaluate(engine, h, value);
			const y = value.data;
			let average = 0;
			for (let j = 0; j < y.length; j++) average += inner.weights[j]! * y[j]!;
			total += outer.weights[i]! * outerValues[i]! * average;
		}
		return total;
	});
}

/** The rule of `stride` times the step, within the range of the product rule. */
function thinned({ nodes, weights }: NormalRule, stride: number): Pick<NormalRule, "nodes" | "weights"> {
	const middle = (nodes.length - 1) / 2;
	const kept = (_: number, i: number) => (i - middle) % stride === 0 && Math.abs(nodes[i]!) <= PRODUCT_RANGE;
	return { nodes: nodes.filter(kept), weights: weights.filter(kept).map((w) => stride * w) };
}
