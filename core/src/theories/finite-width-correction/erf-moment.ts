/** Four-point moments of erf. */
import type { Engine } from "@finitude/engine";
import { gaussLegendre } from "../../tilted-unit/gauss-rules.ts";
import { type FourPointMomentOf, pairsOfFour } from "./four-point-moment.ts";
import { type PathRule, signMoment } from "./sign-moment.ts";

/**
 * erf(h) = E sgn(h + z), z ~ N(0, 1/2): the moment of four signs under the correlations of C + 1/2 I, the 1/2 on the
 * diagonal of the four slots only (a repeated point keeps C_aa off the diagonal). Williams 1997 for two points.
 */
export const erfMoment: FourPointMomentOf = (engine, covariance, n) => {
	const scale = new Float64Array(n);
	let largest = 0;
	for (let i = 0; i < n; i++) {
		const variance = covariance[i * n + i]!;
		scale[i] = 1 / Math.sqrt(variance + 0.5);
		largest = Math.max(largest, variance);
	}
	const r = covariance.map((c, at) => c * scale[Math.floor(at / n)]! * scale[at % n]!);
	const rule = pathRule(engine, largest);
	return (i, j, k, l) => signMoment(rule, pairsOfFour(r, n, i, j, k, l));
};

/** What is left of a Gauss-Legendre error of 1 after the count of nodes chosen below. */
const RULE_ERROR = 1e-16;

/**
 * A Gauss-Legendre rule in t, s = sin(t), t in [0, pi/2]. The eigenvalues of the correlation matrix lie between
 * 1 / (1 + 2 C) and 4, C the largest variance, so the integrand is analytic but for s >= 1 + 1 / (2 C) and s <= -1/3. The
 * error of n nodes is rho^(-2n), rho the sum of the half axes of the ellipse around [0, pi/2] through the nearer of the
 * two singularities t = pi/2 + i arccosh(1 + 1/(2C)) and t = -arcsin(1/3).
 */
export function pathRule(engine: Engine, largestVariance: number): PathRule {
	const height = (4 / Math.PI) * Math.acosh(1 + 1 / (2 * largestVariance));
	// |z| + |z^2 - 1|^(1/2) for z = 1 + i height, from the distances to both foci.
	const above = ellipse(height, Math.hypot(2, height));
	const below = (4 / Math.PI) * Math.asin(1 / 3);
	const rho = Math.min(above, ellipse(below, 2 + below));
	const count = Math.ceil(-Math.log(RULE_ERROR) / (2 * Math.log(rho)));
	const { nodes, weights } = gaussLegendre(engine, count);
	const angles = nodes.map((x) => (Math.PI / 4) * (1 + x));
	return {
		nodes: angles.map(Math.sin),
		weights: weights.map((w, i) => (Math.PI / 2) * w * Math.cos(angles[i]!)),
	};
}

/** Sum of the half axes of the ellipse with foci -1 and 1 through a point at these distances from them. */
function ellipse(distance: number, otherDistance: number): number {
	const half = (distance + otherDistance) / 2;
	return half + Math.sqrt((half - 1) * (half + 1));
}
