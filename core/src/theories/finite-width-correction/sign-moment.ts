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
 * kl the other two, rho_{kl|ij} their correlation given z_i and z_j. With N its numerator, the arcsine is
 * atan2(N, sqrt((1 - s^2 r_ij^2) det)), det the determinant of the 4 x 4 matrix: no division where the matrix is singular.
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
		const pa = a * f;
		const pb = b * e;
		const pc = c * d;
		const determinant =
			1 -
			a * a -
			b * b -
			c * c -
			d * d -
			e * e -
			f * f +
			2 * (a * b * d + a * c * e + b * c * f + d * e * f) +
			pa * pa +
			pb * pb +
			pc * pc -
			2 * (pa * pb + pa * pc + pb * pc);
		const det = determinant > 0 ? determinant : 0;
		total +=
			weights[node]! *
			(term(r01, a, f - b * c - d * e + a * (b * e + c * d), f, det) +
				term(r02, b, e - a * c - d * f + b * (a * f + c * d), e, det) +
				term(r03, c, d - a * b - e * f + c * (a * f + b * e), d, det) +
				term(r12, d, c - a * e - b * f + d * (a * f + b * e), c, det) +
				term(r13, e, b - a * d - c * f + e * (a * f + c * d), b, det) +
				term(r23, f, a - b * d - c * e + f * (b * e + c * d), a, det));
	}
	return (4 / (Math.PI * Math.PI)) * total;
}

/**
 * r / sqrt(1 - x^2) arcsin rho, x = s r.
 *
 * @param rest z_k z_l with what z_i and z_j explain taken out, but for the term -x^2 `opposite`
 */
function term(r: number, x: number, rest: number, opposite: number, determinant: number): number {
	if (r === 0) return 0;
	const free = (1 - x) * (1 + x);
	return (r / Math.sqrt(free)) * Math.atan2(rest - x * x * opposite, Math.sqrt(free * determinant));
}
