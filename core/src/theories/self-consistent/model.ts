import type { Matrix } from "@finitude/engine";
import type { Convergence, OrderParameter, ValidityNote } from "../../answer/answer.ts";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import type { CumulantFunction, PointValues } from "./cumulant-function.ts";

/** A network with its data, as the three variants see it; one implementation for each kind of network. */
export interface SelfConsistentModel {
	/**
	 * W over n coordinates of the training points: the points themselves, or fewer after a rotation of the points that moves all
	 * of the network's outputs into the first n coordinates. The equations look the same in any rotated coordinates.
	 */
	readonly cumulant: CumulantFunction;
	/** y in those coordinates. */
	readonly targets: Float64Array;
	/** Where the equations are started, when something better than tau = 0 and the tree's tau is known. */
	readonly starts?: Starts;
	/** W costs so much that the loop equation is to be solved with few evaluations. */
	readonly costly?: boolean;
	/** tau at the P training points, from its n coordinates. */
	discrepancies(tau: Float64Array): Float64Array;
	/**
	 * d_* W at training and test points; with `loopFactor`, the Cholesky factor of kappa I + W'' in the n coordinates,
	 * d_* W - (1/2) W'''_{*ab} Lam_ab.
	 */
	means(tau: Float64Array, loopFactor?: Matrix): PointValues;
	/** W'' over training and test points. @param covariance also the P* x P* block */
	fluctuations(tau: Float64Array, covariance: boolean): KernelBlocks;
	/** The adapted kernel of f over the training points, with the readout bias. */
	adaptedKernel(tau: Float64Array): Matrix;
	/** Of the tree variant, beside tau. */
	orderParameters(tau: Float64Array): Readonly<Record<string, OrderParameter>>;
	/** What this kind of network adds to the validity of tree and loop at their tau. */
	notes(tau: Float64Array): readonly ValidityNote[];
	/** The saddle over the random kernel. */
	kernelSaddle(onProgress?: (fraction: number, message: string) => void): KernelSaddle;
}

/** Solutions of a model close by, in its coordinates. */
export interface Starts {
	/** tau of the tree. */
	readonly tree?: Float64Array;
	/** tau of the loop. */
	readonly loop?: Float64Array;
	/** K of the kernel saddle. */
	readonly kernel?: Matrix;
}

/** The saddle over the random kernel of the hidden layer; of use where `convergence.converged`. */
export interface KernelSaddle {
	readonly means: PointValues;
	/** K at the saddle, P x P, with the readout bias. */
	readonly kernel: Matrix;
	readonly orderParameters: Readonly<Record<string, OrderParameter>>;
	readonly convergence: Convergence;
}
