import type { VariateSource } from "./chi-square.ts";

/**
 * A prior law of a matrix of scales Q (n x n, row-major), in coordinates x that range over all real numbers: logarithms of
 * chi-square variables, and Gaussians.
 */
export interface ScaleLaw {
	/** Coordinates. */
	readonly dimension: number;
	/** n. */
	readonly size: number;
	/** Whether U Q U^T has the same law for every orthogonal U. */
	readonly rotationInvariant: boolean;
	/** About the standard deviation of each coordinate. */
	readonly deviations: Float64Array;
	/** Whether a coordinate is the log of a scale. */
	readonly isLogScale: readonly boolean[];
	/** Of x, normalized. */
	logDensity(x: Float64Array): number;
	/** Its derivatives. */
	logDensityGradient(x: Float64Array): Float64Array;
	scalesAt(x: Float64Array): Float64Array;
	/** The derivatives by x of a function of Q. @param gradient G with df = sum_ij G_ij dQ_ij, symmetric */
	pullBack(x: Float64Array, gradient: Float64Array): Float64Array;
	/**
	 * Functions of x whose mean under the posterior p(Y | Q) p(x) vanishes exactly, by integration by parts.
	 *
	 * @param gradient G of log p(Y | Q), symmetric
	 */
	controls(x: Float64Array, gradient: Float64Array): Float64Array;
	draw(source: VariateSource): Float64Array;
}
