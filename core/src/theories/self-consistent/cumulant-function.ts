import type { Matrix } from "@finitude/engine";

/**
 * The cumulant generating function W(t) = ln E exp(t . f) of a network's outputs at n points, over its prior: all that the
 * saddle-point equations (1) and (4) of docs/theories/self-consistent.md know of the network.
 */
export interface CumulantFunction {
	/** n. */
	readonly points: number;
	/** W and its derivatives at t (n numbers); undefined where W is infinite. */
	at(t: Float64Array): CumulantPoint | undefined;
}

/** W near one t. Hessian and loop term are computed when asked for. */
export interface CumulantPoint {
	/** W. */
	readonly value: number;
	/** W', n numbers: the mean of f under the tilt. */
	readonly gradient: Float64Array;
	/** W'', n x n, exactly symmetric and positive semi-definite. */
	hessian(): Matrix;
	/**
	 * sum_ab W'''_{.ab} Lam_ab, n numbers.
	 * @param factor the lower Cholesky factor L of kappa I + W'': Lam = (L L^T)^-1
	 */
	contractThird(factor: Matrix): Float64Array;
}

/** One number for each training point and, where there are test points, for each of those. */
export interface PointValues {
	readonly train: Float64Array;
	readonly test?: Float64Array;
}
