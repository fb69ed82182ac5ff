/** The gradient of a dual activation without closed forms, also where Hermite expansions converge slowly. */
import type { Arithmetic, Block, Engine, FloatArray } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import { correlation, type GaussianPairs, largest } from "./gaussian-pairs.ts";
import { convergedRows, derivativeMoments } from "./hermite-derivatives.ts";
import { expandInHermite } from "./hermite-expansion.ts";
import { chooseRule, type PointwiseFunction } from "./normal-rule.ts";
import { productRule } from "./product-rule.ts";

/** Beyond this order the product rule takes over: at correlations below 0.95 the orders left out are below 1e-11. */
const LARGEST_ORDER = 512;

/** Relative size of the orders left out, with their growing weights, at which they are dropped. */
const NEGLIGIBLE = 1e-10;

/**
 * J of each pair, m x 3: (1/2 <phi'' phi>, 1/2 <phi phi''>, <phi' phi'>) by Hermite sums where the expansion of the
 * differentiated factor has converged or the correlation damps what is left out; elsewhere by product rules, with
 * C_aa <phi''(h_a) phi(h_b)> = <h_a phi'(h_a) phi(h_b)> - C_ab <phi'(h_a) phi'(h_b)> (integration by parts).
 *
 * @throws InputError where the rule does not reach its accuracy (see `chooseRule`).
 */
export function quadratureGradient(
	engine: Engine,
	activation: Activation,
	pairs: GaussianPairs,
): Float64Array {
	const { variances, first, second, covariances } = pairs;
	const rule = chooseRule(engine, activation, largest(variances));
	const expansion = expandInHermite(engine, activation, variances, rule, LARGEST_ORDER, (candidate) =>
		convergedRows(candidate, 2).every((row) => row),
	);
	const resolved = convergedRows(expansion, 2);
	const { columns } = expansion.coefficients;
	const slope = derivativeOf(activation);
	const tilted = scaledDerivativeOf(activation);
	const gradient = new Float64Array(3 * covariances.length);
	covariances.forEach((c, k) => {
		const [i, j] = [first[k]!, second[k]!];
		const [a, b] = [variances[i]!, variances[j]!];
		const r = correlation(a, b, c);
		const moment = derivativeMoments(expansion, pairs, k);
		// Each derivative multiplies the coefficients by at most the root of the order.
		const damped = columns * Math.abs(r) ** columns < NEGLIGIBLE;
		const both =
			damped || resolved[i] || resolved[j]
				? moment(1, 1)
				: productRule(engine, [slope, slope], rule, [a, b], r);
		const curved = (own: number, other: number, ownResolved: boolean, m: number, n: number) =>
			damped || ownResolved
				? moment(m, n) / 2
				: (productRule(engine, [tilted, activation], rule, [own, other], r) - c * both) / (2 * own);
		gradient.set([curved(a, b, resolved[i]!, 2, 0), curved(b, a, resolved[j]!, 0, 2), both], 3 * k);
	});
	return gradient;
}

/** phi'(h). */
function derivativeOf(activation: Activation): PointwiseFunction {
	return {
		evaluate(engine, h, value) {
			activation.valueAndDerivative(engine, h, engine.allocate(h.length) as typeof value, value);
		},
	};
}

/** h phi'(h). */
function scaledDerivativeOf(activation: Activation): PointwiseFunction {
	const slope = derivativeOf(activation);
	return {
		evaluate<Numbers extends FloatArray>(
			engine: Arithmetic<Numbers>,
			h: Block<Numbers>,
			value: Block<Numbers>,
		) {
			slope.evaluate(engine, h, value);
			const [x, y] = [h.data, value.data];
			for (let i = 0; i < x.length; i++) y[i]! *= x[i]!;
		},
	};
}
