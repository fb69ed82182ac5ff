/** Four-point moments of erf. */
import type { Engine } from "@finitude/engine";
import { type GaussRule, gaussLegendre } from "../../tilted-unit/gauss-rules.ts";
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

/** From here on, variances above 2e3, panels take fewer nodes than one rule, whose count grows as the root of the variance. */
const MOST_NODES = 256;

/** What is left of a Gauss-Legendre error of 1 after the count of nodes chosen below. */
const RULE_ERROR = 1e-16;

/**
 * A Gauss-Legendre rule in t, s = sin(t), t in [0, pi/2]. The eigenvalues of the correlation matrix lie between
 * 1 / (1 + 2 C) and 4, C the largest variance, so the integrand is analytic but for s >= 1 + 1 / (2 C) and s <= -1/3. The
 * error of n nodes is rho^(-2n), rho the sum of the half axes of the ellipse around [0, pi/2] through the nearer of the
 * two singularities t = pi/2 + i arccosh(1 + 1/(2C)) and t = -arcsin(1/3). Where the first is very near, panels that shrink
 * toward it.
 */
export function pathRule(engine: Engine, largestVariance: number): PathRule {
	const height = (4 / Math.PI) * Math.acosh(1 + 1 / (2 * largestVariance));
	// |z| + |z^2 - 1|^(1/2) for z = 1 + i height, from the distances to both foci.
	const above = ellipse(height, Math.hypot(2, height));
	const below = (4 / Math.PI) * Math.asin(1 / 3);
	const rho = Math.min(above, ellipse(below, 2 + below));
	const count = Math.ceil(-Math.log(RULE_ERROR) / (2 * Math.log(rho)));
	return count <= MOST_NODES
		? sineRule(gaussLegendre(engine, count), [Math.PI / 2, 0])
		: sineRule(gaussLegendre(engine, PANEL_NODES), panelsTo((Math.PI / 4) * height));
}

/** On every panel of `panelsTo` both singularities are outside the ellipse rho = 2.8: the error is 2.8^-40 = 1e-18. */
const PANEL_NODES = 20;

/** Distances from pi/2 at which panels end: each a fourth of the last, until one is below twice that of the singularity. */
function panelsTo(distance: number): number[] {
	const ends = [Math.PI / 2];
	while (ends[ends.length - 1]! > 2 * distance) ends.push(ends[ends.length - 1]! / 4);
	return [...ends, 0];
}

/** @param ends distances of the ends of the panels from t = pi/2, falling from pi/2 to 0 */
function sineRule({ nodes, weights }: GaussRule, ends: readonly number[]): PathRule {
	const count = nodes.length;
	const rule: PathRule = {
		nodes: new Float64Array(count * (ends.length - 1)),
		weights: new Float64Array(count * (ends.length - 1)),
	};
	for (let panel = 0; panel < ends.length - 1; panel++) {
		const [from, to] = [ends[panel]!, ends[panel + 1]!];
		for (let i = 0; i < count; i++) {
			const left = from + ((to - from) * (1 + nodes[i]!)) / 2;
			rule.nodes[panel * count + i] = Math.cos(left);
			rule.weights[panel * count + i] = (from - to) * weights[i]! * Math.sin(left);
		}
	}
	return rule;
}

/** Sum of the half axes of the ellipse with foci -1 and 1 through a point at these distances from them. */
function ellipse(distance: number, otherDistance: number): number {
	const half = (distance + otherDistance) / 2;
	return half + Math.sqrt((half - 1) * (half + 1));
}
