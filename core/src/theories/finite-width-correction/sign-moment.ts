/** The average of four signs of jointly Gaussian numbers: what the four-point moments of erf and relu rest on. */
import type { PairsOfFour } from "./four-point-moment.ts";

/** Integrals over a path s from 0 to 1: sum_k weights[k] f(nodes[k]). */
export interface PathRule {
	readonly nodes: Float64Array;
	readonly weights: Float64Array;
}

/**
 * E[sgn z_0 sgn z_1 sgn z_2 sgn z_3] for unit variances and the six correlations r_ij, as an integral along the path
 * whose correlations are s r_ij, s from 0 to 1 (Plackett 1954, A reduction formula for normal multivariate integrals):
 *
 *     (4/pi^2) int_0^1 ds sum_{pairs ij} r_ij / sqrt(1 - s^2 r_ij^2) arcsin rho_{kl|ij}(s),
 *
 * kl the other two, rho_{kl|ij} their correlation given z_i and z_j. The arcsine is taken as atan2 of the covariance and of the
 * root of what it leaves of the product of the variances: exact where the correlation is 1.
 *
 * @param rule nodes and weights of s on [0, 1]
 */
export function signMoment(rule: PathRule, correlations: PairsOfFour): number {
	const { nodes, weights } = rule;
	const [r01, r02, r03, r12, r13, r23] = correlations;
	let total = 0;
	for (let node = 0; node < nodes.length; node++) {
		const s = nodes[node]!;
		const a = s * r01;
		const b = s * r02;
		const c = s * r03;
		const d = s * r12;
		const e = s * r13;
		const f = s * r23;
		total +=
			weights[node]! *
			(term(r01, a, b, c, d, e, f) +
				term(r02, b, a, c, d, f, e) +
				term(r03, c, a, b, e, f, d) +
				term(r12, d, a, e, b, f, c) +
				term(r13, e, a, d, c, f, b) +
				term(r23, f, b, d, c, e, a));
	}
	return (4 / (Math.PI * Math.PI)) * total;
}

/**
 * r / sqrt(1 - x^2) arcsin rho_{kl|ij}, x = s r_ij. One regression after the other: rounding of nearly equal units, 1 - r small,
 * is that over 1 - r, where the determinants of their correlations have that over its third power.
 */
function term(r: number, x: number, ik: number, il: number, jk: number, jl: number, kl: number): number {
	if (r === 0) return 0;
	const free = (1 - x) * (1 + x);
	const k = jk - x * ik;
	const l = jl - x * il;
	const covariance = kl - ik * il - (k * l) / free;
	const variances = ((1 - ik) * (1 + ik) - (k * k) / free) * ((1 - il) * (1 + il) - (l * l) / free);
	const left = variances - covariance * covariance;
	return (r / Math.sqrt(free)) * Math.atan2(covariance, left > 0 ? Math.sqrt(left) : 0);
}
