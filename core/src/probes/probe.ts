import type { Engine, Matrix } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "../samplers/chain-result.ts";
import type { Reference } from "../theories/theory.ts";

/** What a probe has to see of a network. */
export type ProbeNeed = "kernel" | "preactivations" | "weights" | "gradients";

/** One quantity of a probe: what figures and tables call it. */
export interface ProbeQuantity {
	/** Unique within the probe: "centeredAlignment". */
	readonly id: string;
	/** "A_c". */
	readonly symbol: string;
	/** "centered kernel-target alignment". */
	readonly title: string;
	/** Where its values lie; an end that is not known or not finite is left out. */
	readonly range?: readonly [lowest: number | undefined, highest: number | undefined];
	/** Of a quantity with many values: what the position in the list counts, "eigenvalue, largest first". */
	readonly index?: string;
	/** How its axis is drawn. Default: linear. */
	readonly axis?: "linear" | "log";
}

/** What a probe says of one layer, or of several: numbers, or why there are none. */
export type ProbeReading = ProbePlace &
	({ readonly values: Float64Array | readonly number[] } | { readonly reason: string });

/** The mean of every value over networks with its Monte-Carlo standard error, or why there is none. */
export type AveragedReading = ProbePlace &
	(
		| {
				readonly values: readonly number[];
				/** Absent where the values are those of a law and not averages over networks. */
				readonly standardErrors?: readonly number[];
		  }
		| { readonly reason: string }
	);

export interface ProbePlace {
	/** Id of the quantity. */
	readonly quantity: string;
	/** "layer 1", "output", "layer 1, layer 2": see `layerLabel`. */
	readonly layer: string;
}

interface ProbeDescription {
	/** File name, command-line word, URL word and docs page. */
	readonly id: string;
	readonly title: string;
	/** Other names that the command line accepts. */
	readonly aliases: readonly string[];
	/** One sentence: what is measured. */
	readonly summary: string;
	readonly references: readonly Reference[];
	readonly needs: ProbeNeed;
	/** A number without an established relation to learning: shown as a description, not as a measure of it. */
	readonly descriptive?: true;
	readonly quantities: readonly ProbeQuantity[];
	/** true, or one sentence that says why this probe does not look at such a network. */
	applies(problem: Problem): true | string;
}

/**
 * A function of the moments of representations: every theory that gives the moments predicts it, and of a sampled network it is
 * the same function of the posterior means of these moments.
 */
export interface MomentProbe extends ProbeDescription {
	readonly of: "moments";
	readonly needs: "kernel" | "weights";
	/** @throws InputError where a kernel is not a kernel */
	evaluate(engine: Engine, moments: ProbedMoments, context: ProbeContext): readonly ProbeReading[];
}

/** A function of one network: its posterior mean over draws is the sampled value, its mean over prior draws the prior's. */
export interface DrawProbe extends ProbeDescription {
	readonly of: "draws";
	/** Allocates the work space once. The readings of every network have the same places and lengths. */
	prepare(engine: Engine, context: ProbeContext): (network: ProbedNetwork) => readonly ProbeReading[];
	/** Where moments alone say something of it, as for Gaussian units of known variance. */
	predict?(engine: Engine, moments: ProbedMoments, context: ProbeContext): readonly ProbeReading[];
	/**
	 * Quantities that every sampled chain records over all draws, with their errors: not read network by network. Of the prior they
	 * are what `predict` says at the moments of the infinitely wide one.
	 */
	recorded?(chains: readonly ChainResult[], context: ProbeContext): readonly AveragedReading[];
}

export type Probe = MomentProbe | DrawProbe;

/** What every evaluation knows beside the network. */
export interface ProbeContext {
	readonly problem: Problem;
	/** Moments of the infinitely wide prior at the same points. */
	readonly prior: ProbedMoments;
	/** Of unit length, where the targets depend on one direction of the inputs. */
	readonly teacherDirection?: Float64Array;
}

/** Second moments of the representations at the P training points, of a theory, of the prior or of sampled networks. */
export interface ProbedMoments {
	/**
	 * In order: the kernel of each hidden layer's pre-activations, <h h^T>, averaged over units and positions, labeled `layerLabel(l)`; then
	 * "output", <f f^T> given the features: (s_a^2/chi) <phi phi^T> and the variance of the readout's bias. Layers of which nothing is known
	 * are left out.
	 */
	readonly kernels: readonly LayerKernel[];
	/** <w w^T> of the units of the first layer, the bias last: (d + 1) x (d + 1), or d x d without one. */
	readonly weightCovariance?: Matrix;
}

export interface LayerKernel {
	readonly layer: string;
	/** P x P. */
	readonly kernel: Matrix;
}

/** One network of dense layers at the training and the test points: work space, valid during the call. */
export interface ProbedNetwork {
	/** For each hidden layer, in order. */
	readonly train: readonly ProbedLayer[];
	/** Empty without test inputs. */
	readonly test: readonly ProbedLayer[];
	/** "weights_1" (N_1 x d, row-major), "biases_1", ..., "readout_weights" (D x N_L), "readout_biases"; undefined where the network has none. */
	weights(name: string): Float64Array | undefined;
}

export interface ProbedLayer {
	/** N_l x P. */
	readonly preactivations: Matrix;
	/** phi of it. */
	readonly features: Matrix;
}

/** "layer 1" for l = 0. */
export function layerLabel(l: number): string {
	return `layer ${l + 1}`;
}

/** The label of the output kernel. */
export const OUTPUT = "output";
