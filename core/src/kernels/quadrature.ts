/** Dual activation of any smooth function: Hermite expansions where they converge, a product rule where they do not. */
import type { Engine } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import type { DualActivation } from "./dual-activation.ts";
import { correlation, type GaussianPairs, largest } from "./gaussian-pairs.ts";
import { hermiteDerivatives } from "./hermite-derivatives.ts";
import { expandInHermite, type HermiteExpansion } from "./hermite-expansion.ts";
import { type AveragedFunction, activationAtNodes, chooseRule, type NormalRule } from "./normal-rule.ts";
import { productRule } from "./product-rule.ts";
import { quadratureGradient } from "./quadrature-gradient.ts";

/** Relative to the geometric mean of both second moments. */
const TRUNCATION = 1e-12;

/** At order 512 a pair with correlation below 0.95 is done for tanh up to variances of about 30. */
const LARGEST_ORDER = 512;

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
			const { nodes, weights } = chooseRule(engine, activation, largest(variances), 0);
			const values = activationAtNodes(engine, activation, variances, nodes);
			return variances.map((_, i) =>
				weights.reduce((sum, w, j) => sum + w * values.data[i * nodes.length + j]!, 0),
			);
		},
		kernel: (engine, pairs) => quadratureKernel(engine, activation, pairs),
		gradient: (engine, pairs) => quadratureGradient(engine, activation, pairs),
		derivatives: (engine, pairs) => hermiteDerivatives(engine, activation, pairs),
	};
}

/**
 * E[phi(h_a) phi(h_b)] of each pair as `quadratureDual` has it; phi may also be the derivative of an activation.
 * @throws InputError where the rule does not reach its accuracy (see `chooseRule`).
 */
export function quadratureKernel(engine: Engine, phi: AveragedFunction, pairs: GaussianPairs): Float64Array {
	const rule = chooseRule(engine, phi, largest(pairs.variances), LARGEST_ORDER);
	const expansion = expandInHermite(
		engine,
		phi,
		pairs.variances,
		rule,
		LARGEST_ORDER,
		// Rounding leaves tails of a few 1e-16; nothing is gained below.
		({ tails, secondMoments }) => tails.every((tail, i) => tail <= 4e-15 * secondMoments[i]!),
	);
	return mehlerSums(engine, phi, pairs, rule, expansion);
}

function mehlerSums(
	engine: Engine,
	activation: AveragedFunction,
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
			return productRule(engine, activation, rule, { a: variances[a]!, b: variances[b]!, r });
		}
		let sum = 0;
		for (let order = columns - 1; order >= 0; order--) {
			sum = sum * r + data[a * columns + order]! * data[b * columns + order]!;
		}
		return sum;
	});
}
