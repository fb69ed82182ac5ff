/** The contract of four-point moments of a layer. */
import type { Engine } from "@finitude/engine";

/** <phi_i phi_j phi_k phi_l>, h ~ N(0, C), for four rows of C, which may repeat. */
export type FourPointMoment = (i: number, j: number, k: number, l: number) => number;

/** The moment over one covariance. @param covariance n x n, row-major. */
export type FourPointMomentOf = (engine: Engine, covariance: Float64Array, n: number) => FourPointMoment;

/** phi(h) = h: Isserlis' theorem. */
export const linearMoment: FourPointMomentOf = (_engine, c, n) => (i, j, k, l) =>
	c[i * n + j]! * c[k * n + l]! + c[i * n + k]! * c[j * n + l]! + c[i * n + l]! * c[j * n + k]!;

/**
 * phi(h) = h^2: the sum over all partitions of four squares of the joint cumulants C_aa, 2 C_ab^2, 8 C_ab C_bc C_ca and
 * 16 (C_ab C_bc C_cd C_da + C_ab C_bd C_dc C_ca + C_ac C_cb C_bd C_da).
 */
export const quadraticMoment: FourPointMomentOf = (_engine, c, n) => (i, j, k, l) => {
	const [vi, vj, vk, vl] = [c[i * n + i]!, c[j * n + j]!, c[k * n + k]!, c[l * n + l]!];
	const [ij, ik, il] = [c[i * n + j]!, c[i * n + k]!, c[i * n + l]!];
	const [jk, jl, kl] = [c[j * n + k]!, c[j * n + l]!, c[k * n + l]!];
	const two = 2 * (ij * ij * vk * vl + ik * ik * vj * vl + il * il * vj * vk);
	const twoMore = 2 * (jk * jk * vi * vl + jl * jl * vi * vk + kl * kl * vi * vj);
	const twoTwo = 4 * (ij * ij * kl * kl + ik * ik * jl * jl + il * il * jk * jk);
	const three = 8 * (ij * jk * ik * vl + ij * jl * il * vk + ik * kl * il * vj + jk * kl * jl * vi);
	const four = 16 * (ij * jk * kl * il + ij * jl * kl * ik + ik * jk * jl * il);
	return vi * vj * vk * vl + two + twoMore + twoTwo + three + four;
};
