/**
 * Four-point moments of relu in any dimension. Integration by parts, E[z_i F] = sum_j r_ij E[d_j F], lowers max(0, z_i) to a
 * step function and a step function to a delta function, which conditions on z_i = 0; what is left are arcsines and one
 * orthant probability of four dimensions, an integral over one variable. Names below: r_ij correlations, t_i = step(z_i),
 * p_i = max(0, z_i), d_i = delta(z_i).
 */
import type { Engine } from "@finitude/engine";
import { gaussLegendre } from "../../tilted-unit/gauss-rules.ts";
import { type FourPointMomentOf, type PairsOfFour, pairsOfFour } from "./four-point-moment.ts";
import { planarReluMoment, planeOf } from "./planar-relu-moment.ts";
import { type PathRule, signMoment } from "./sign-moment.ts";

const DENSITY = 1 / Math.sqrt(2 * Math.PI);

/** Points whose correlation is within this of 1 count as one point: an error of the same size, since moments are linear in 1 - r there. */
const SAME = 1e-13;

/** s = sin(pi/2 (1 - t^2)): square roots at s = 1, where the matrix may be singular, become analytic in t, and nearly
 * singular ones are resolved down to eigenvalues of order 1/nodes^8. */
function gradedRule(engine: Engine): PathRule {
	const { nodes, weights } = gaussLegendre(engine, 48);
	const t = nodes.map((x) => 0.5 * (1 + x));
	const angle = t.map((x) => (Math.PI / 2) * x * x);
	return {
		nodes: angle.map(Math.cos),
		weights: weights.map((w, i) => Math.PI * t[i]! * w * Math.sin(angle[i]!)),
	};
}

/** phi(h) = max(0, h), at points of any dimension, parallel, antiparallel and repeated ones included. */
export const reluMoment: FourPointMomentOf = (engine, covariance, n) => {
	const plane = planeOf(covariance, n);
	return plane ? planarReluMoment(engine, plane) : spatialReluMoment(engine, covariance, n);
};

const spatialReluMoment: FourPointMomentOf = (engine, covariance, n) => {
	const path = gradedRule(engine);
	const deviation = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
	const r = covariance.map((c, at) => {
		const [i, j] = [Math.floor(at / n), at % n];
		if (i === j) return 1;
		const norm = deviation[i]! * deviation[j]!;
		return norm === 0 ? 0 : Math.max(-1, Math.min(1, c / norm));
	});
	return (i, j, k, l) => {
		const size = deviation[i]! * deviation[j]! * deviation[k]! * deviation[l]!;
		if (size === 0) return 0;
		return size * unitMoment(path, pairsOfFour(r, n, i, j, k, l));
	};
};

/** E[p_0 p_1 p_2 p_3]: repeated points are moved to the front and have formulas of their own. */
function unitMoment(path: PathRule, correlations: PairsOfFour): number {
	const [r01, r02, r03, r12, r13, r23] = correlations;
	if (Math.min(...correlations) < -1 + SAME) return 0;
	if (r01 > 1 - SAME) return repeatedPair(r02, r03, r23);
	if (r02 > 1 - SAME) return repeatedPair(r01, r03, r13);
	if (r03 > 1 - SAME) return repeatedPair(r01, r02, r12);
	if (r12 > 1 - SAME) return repeatedPair(r01, r13, r03);
	if (r13 > 1 - SAME) return repeatedPair(r01, r12, r02);
	if (r23 > 1 - SAME) return repeatedPair(r02, r12, r01);
	const orthant =
		(1 +
			(2 / Math.PI) * (asin(r01) + asin(r02) + asin(r03) + asin(r12) + asin(r13) + asin(r23)) +
			signMoment(path, correlations)) /
		16;
	return (
		deltaRamps(correlations) +
		r01 * stepsAndRamps(orthant, correlations) +
		r02 * stepsAndRamps(orthant, [r02, r01, r03, r12, r23, r13]) +
		r03 * stepsAndRamps(orthant, [r03, r01, r02, r13, r23, r12])
	);
}

/** E[p_a^2 p_b p_c]. */
function repeatedPair(ab: number, ac: number, bc: number): number {
	if (ab > 1 - SAME) return repeatedTriple(ac);
	if (ac > 1 - SAME) return repeatedTriple(ab);
	if (bc > 1 - SAME) return stepSquare(ab) + 2 * ab * rampRamp(1, 1, ab);
	return stepRampRamp(ab, ac, bc) + ab * stepRampRamp(ab, bc, ac) + ac * stepRampRamp(ac, bc, ab);
}

/** E[p_a^3 p_b]. */
function repeatedTriple(r: number): number {
	return r > 1 - SAME ? 1.5 : 2 * rampRamp(1, 1, r) + r * stepSquare(r);
}

/** E[t_a p_b^2]. */
function stepSquare(r: number): number {
	return 0.25 + asin(r) / (2 * Math.PI) + (r * Math.sqrt((1 - r) * (1 + r))) / (2 * Math.PI);
}

/** E[p_a p_b] of variances a and b and covariance c: the kernel (8) of docs/theories/nngp.md. */
function rampRamp(a: number, b: number, c: number): number {
	const norm = Math.sqrt(a * b);
	if (norm === 0) return 0;
	const r = Math.max(-1, Math.min(1, c / norm));
	return (norm * (Math.sqrt((1 - r) * (1 + r)) + (Math.PI / 2 + asin(r)) * r)) / (2 * Math.PI);
}

/** E[t_a p_b p_c], by parts in z_b. */
function stepRampRamp(ab: number, ac: number, bc: number): number {
	const steps = 0.125 + (asin(ab) + asin(ac) + asin(bc)) / (4 * Math.PI);
	return deltaStepRamp(ab, bc, ac) + ab * deltaStepRamp(ab, ac, bc) + bc * steps;
}

/** E[d_i t_j p_k]. */
function deltaStepRamp(ij: number, ik: number, jk: number): number {
	const vj = (1 - ij) * (1 + ij);
	const root = Math.sqrt((1 - ik) * (1 + ik));
	const along = vj < SAME ? 0 : (jk - ij * ik) / Math.sqrt(vj);
	return 0.5 * DENSITY * DENSITY * (root + Math.max(-root, Math.min(root, along)));
}

/** E[d_a p_b p_c p_d]. */
function deltaRamps([ab, ac, ad, bc, bd, cd]: PairsOfFour): number {
	const [b, c, d] = [1 - ab * ab, 1 - ac * ac, 1 - ad * ad].map((v) => Math.sqrt(Math.max(0, v)));
	return DENSITY * b! * c! * d! * threeRamps(partial(bc, ab, ac), partial(bd, ab, ad), partial(cd, ac, ad));
}

/** E[p_b p_c p_d], by parts in z_b. */
function threeRamps(bc: number, bd: number, cd: number): number {
	if (Math.min(bc, bd, cd) === -1) return 0;
	if (bc === 1) return squareRamp(bd);
	if (bd === 1 || cd === 1) return squareRamp(bc);
	const delta = DENSITY * rampRamp(1 - bc * bc, 1 - bd * bd, cd - bc * bd);
	return delta + bc * stepStepRamp(bc, bd, cd) + bd * stepStepRamp(bd, bc, cd);
}

/** E[p_a^2 p_b]. */
function squareRamp(r: number): number {
	return 0.5 * DENSITY * (1 + r) ** 2;
}

/** E[t_a p_b]. */
function stepRamp(r: number): number {
	return 0.5 * DENSITY * (1 + r);
}

/** E[t_b t_c p_d], by parts in z_d. */
function stepStepRamp(bc: number, bd: number, cd: number): number {
	if (Math.min(bc, bd, cd) === -1) return 0;
	if (bc === 1 || bd === 1) return stepRamp(cd);
	if (cd === 1) return stepRamp(bd);
	return (
		DENSITY *
		(quadrant(partial(bc, bd, cd)) + bd * quadrant(partial(cd, bc, bd)) + cd * quadrant(partial(bd, bc, cd)))
	);
}

/** E[t_a t_b p_c p_d], by parts in z_c. @param orthant E[t_a t_b t_c t_d] */
function stepsAndRamps(orthant: number, [ab, ac, ad, bc, bd, cd]: PairsOfFour): number {
	return (
		deltaStepsRamp([ac, bc, cd, ab, ad, bd]) +
		ac * deltaStepsRamp([ab, ac, ad, bc, bd, cd]) +
		bc * deltaStepsRamp([ab, bc, bd, ac, ad, cd]) +
		cd * orthant
	);
}

/** E[d_i t_j t_k p_l]. */
function deltaStepsRamp([ij, ik, il, jk, jl, kl]: PairsOfFour): number {
	const root = Math.sqrt((1 - il) * (1 + il));
	return DENSITY * root * stepStepRamp(partial(jk, ij, ik), partial(jl, ij, il), partial(kl, ik, il));
}

/** P(z_i > 0, z_j > 0). */
function quadrant(r: number): number {
	return 0.25 + asin(r) / (2 * Math.PI);
}

/** The three points lie in a plane when 1 - r_ij^2 - r_ik^2 - r_jk^2 + 2 r_ij r_ik r_jk, which rounding leaves at about 4e-16, is below this. */
const PLANAR = 4e-15;

/** Correlation of j and k given i, exactly -1 or 1 where the three points lie in a plane. No two of them are parallel. */
function partial(jk: number, ij: number, ik: number): number {
	const free = (1 - ij) * (1 + ij) * (1 - ik) * (1 + ik);
	const rest = jk - ij * ik;
	return free - rest * rest < PLANAR ? Math.sign(rest) : rest / Math.sqrt(free);
}

const asin = Math.asin;
