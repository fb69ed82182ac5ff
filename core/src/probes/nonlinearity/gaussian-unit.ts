import type { Engine } from "@finitude/engine";
import type { Activation } from "../../activations/activation.ts";
import { inverseNormal } from "../../diagnostics/inverse-normal.ts";
import { dualOf } from "../../kernels/dual-of.ts";
import { clipRoundoff } from "../../kernels/gaussian-pairs.ts";
import { activationAtNodes } from "../../kernels/normal-rule.ts";

/** Nodes in units of the standard deviation; the normal density at the ends is 5e-15. */
const RANGE = 8;

/** Between nodes. The rearrangement errs by about its square: 1e-5 in the score of a quadratic unit. */
const STEP = 0.005;

const NODES = Float64Array.from({ length: 2 * Math.round(RANGE / STEP) + 1 }, (_, k) => k * STEP - RANGE);

/** Steps down of a function that rounding alone makes, relative to its range. */
const ROUNDING = 1e-12;

/**
 * The affinity score of one unit h ~ N(0, c) and phi(h) for each variance c: 1 - sqrt(1 - r), r the covariance of z = h / sqrt(c) and phi in
 * increasing rearrangement over the standard deviation of phi(h). Where phi does not decrease over 8 standard deviations to both sides, r =
 * sqrt(c) E[phi'] / sd(phi) (Stein's lemma), from closed forms or quadrature of the dual activation; elsewhere from phi sorted on a grid of
 * nodes, to about 1e-5. Near 1 the score is good to the root of rounding, 1e-8. A variance of 0 gives 1, as constants do.
 *
 * Derived from Bouniot et al. 2023, arXiv 2310.11439. relu: 1 - sqrt(1 - (2 - 2/pi)^(-1/2)) = 0.6211 for every c. erf: r^2 = u / asin(u),
 * u = 2c/(1 + 2c).
 *
 * @throws InputError where quadrature does not reach its accuracy (see `chooseRule`)
 */
export function gaussianUnitScores(
	engine: Engine,
	activation: Activation,
	variances: Float64Array,
): Float64Array {
	const n = variances.length;
	const indices = Int32Array.from(variances.keys());
	const dual = dualOf(activation.name);
	const means = dual.mean(engine, variances);
	const squares = dual.kernel(engine, { variances, first: indices, second: indices, covariances: variances });
	// The derivative by the covariance of two units at covariance 0 is E[phi']^2.
	const slopes = dual.gradient(engine, {
		variances: Float64Array.of(...variances, ...variances),
		first: indices,
		second: indices.map((k) => n + k),
		covariances: new Float64Array(n),
	});
	const values = activationAtNodes(engine, activation, variances, NODES).data;
	return variances.map((c, k) => {
		const variance = squares[k]! - means[k]! ** 2;
		// The difference of two squares leaves this much of a constant.
		if (c === 0 || variance <= 4 * Number.EPSILON * squares[k]!) return 1;
		const phi = values.subarray(k * NODES.length, (k + 1) * NODES.length);
		const covariance = isNondecreasing(phi) ? Math.sqrt(c * slopes[3 * k + 2]!) : rearrangedCovariance(phi);
		return 1 - Math.sqrt(1 - clipRoundoff(covariance / Math.sqrt(variance)));
	});
}

function isNondecreasing(values: Float64Array): boolean {
	let [lowest, highest] = [values[0]!, values[0]!];
	for (const value of values) {
		lowest = Math.min(lowest, value);
		highest = Math.max(highest, value);
	}
	const rounding = ROUNDING * (highest - lowest);
	return values.every((value, k) => k === 0 || value >= values[k - 1]! - rounding);
}

/** The covariance of a standard normal z with phi sorted in the order of z, phi given at the nodes. */
function rearrangedCovariance(phi: Float64Array): number {
	const order = Int32Array.from(phi.keys()).sort((a, b) => phi[a]! - phi[b]!);
	let below = 0;
	let densityBelow = 0;
	let covariance = 0;
	for (const k of order) {
		below += STEP * normalDensity(NODES[k]!);
		// The integral of z over the quantiles from u to v is density(z_u) - density(z_v).
		const density = below < 1 ? normalDensity(inverseNormal(below)) : 0;
		covariance += phi[k]! * (densityBelow - density);
		densityBelow = density;
	}
	return covariance;
}

function normalDensity(z: number): number {
	return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}
