/** The contract of four-point moments of a layer. */
import type { Engine } from "@finitude/engine";

/** <phi_i phi_j phi_k phi_l>, h ~ N(0, C), for four rows of C, which may repeat. */
export type FourPointMoment = (i: number, j: number, k: number, l: number) => number;

/** The moment over one covariance. @param covariance n x n, row-major. */
export type FourPointMomentOf = (engine: Engine, covariance: Float64Array, n: number) => FourPointMoment;

/** What a symmetric matrix says of the six pairs of four points: 01, 02, 03, 12, 13, 23. */
export type PairsOfFour = readonly [number, number, number, number, number, number];

/** The entries of an n x n matrix between four of its rows, which may repeat. */
export function pairsOfFour(
	m: Float64Array,
	n: number,
	i: number,
	j: number,
	k: number,
	l: number,
): PairsOfFour {
	return [m[i * n + j]!, m[i * n + k]!, m[i * n + l]!, m[j * n + k]!, m[j * n + l]!, m[k * n + l]!];
}

/** phi(h) = h: Isserlis' theorem. */
export const linearMoment: FourPointMomentOf = (_engine, c, n) => (i, j, k, l) => {
	const [ij, ik, il, jk, jl, kl] = pairsOfFour(c, n, i, j, k, l);
	return ij * kl + ik * jl + il * jk;
};

/**
 * phi(h) = h^2: the sum over all partitions of four squares of the joint cumulants C_aa, 2 C_ab^2, 8 C_ab C_bc C_ca and
 * 16 (C_ab C_bc C_cd C_da + C_ab C_bd C_dc C_ca + C_ac C_cb C_bd C_da).
 */
export const quadraticMoment: FourPointMomentOf = (_engine, c, n) => (i, j, k, l) => {
	const [vi, vj, vk, vl] = [c[i * n + i]!, c[j * n + j]!, c[k * n + k]!, c[l * n + l]!];
	const [ij, ik, il, jk, jl, kl] = pairsOfFour(c, n, i, j, k, l);
	const two = 2 * (ij * ij * vk * vl + ik * ik * vj * vl + il * il * vj * vk);
	const twoMore = 2 * (jk * jk * vi * vl + jl * jl * vi * vk + kl * kl * vi * vj);
	const twoTwo = 4 * (ij * ij * kl * kl + ik * ik * jl * jl + il * il * jk * jk);
	const three = 8 * (ij * jk * ik * vl + ij * jl * il * vk + ik * kl * il * vj + jk * kl * jl * vi);
	const four = 16 * (ij * jk * kl * il + ij * jl * kl * ik + ik * jk * jl * il);
	return vi * vj * vk * vl + two + twoMore + twoTwo + three + four;
};
