/** The gradient of a dual activation without closed forms, also where Hermite expansions converge slowly. */
import type { Engine } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import { correlation, type GaussianPairs, largest } from "./gaussian-pairs.ts";
import { convergedRows, derivativeMoments } from "./hermite-derivatives.ts";
import { expandInHermite } from "./hermite-expansion.ts";
import { chooseRule } from "./normal-rule.ts";
import { slopeMoments } from "./product-rule.ts";

/** Beyond this order the product rule takes over: at correlations below 0.985 the orders left out are below 1e-10. */
const LARGEST_ORDER = 2048;

/** Share of the k^2-weighted coefficients, those of the second derivative, left in the last quarter of the orders. */
const RESOLVED = 1e-16;

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
	const rule = chooseRule(engine, activation, largest(variances), LARGEST_ORDER);
	const expansion = expandInHermite(engine, activation, variances, rule, LARGEST_ORDER, (candidate) =>
		convergedRows(candidate, 2, RESOLVED).every((row) => row),
	);
	const resolved = convergedRows(expansion, 2, RESOLVED);
	const { columns } = expansion.coefficients;
	const gradient = new Float64Array(3 * covariances.length);
	covariances.forEach((c, k) => {
		const [i, j] = [first[k]!, second[k]!];
		const [a, b] = [variances[i]!, variances[j]!];
		const r = correlation(a, b, c);
		const moment = derivativeMoments(expansion, pairs, k);
		// Each derivative multiplies the coefficients by at most the root of the order.
		const damped = columns * Math.abs(r) ** columns < NEGLIGIBLE;
		if (damped || (resolved[i]! && resolved[j]!)) {
			gradient.set([moment(2, 0) / 2, moment(0, 2) / 2, moment(1, 1)], 3 * k);
			return;
		}
		const { both, first: scaled, second: otherScaled } = slopeMoments(engine, activation, rule, { a, b, r });
		gradient.set(
			[
				resolved[i] ? moment(2, 0) / 2 : (scaled - c * both) / (2 * a),
				resolved[j] ? moment(0, 2) / 2 : (otherScaled - c * both) / (2 * b),
				both,
			],
			3 * k,
		);
	});
	return gradient;
}
