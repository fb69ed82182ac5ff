/** What one draw says of the posterior. The arrays are work space: valid until the next observation. */
export interface Observation {
	/** P x D row-major: E[f | hidden weights, data] at the training points; f itself where the draw has a readout. */
	readonly trainMean: Float64Array;
	/** Conditional variances; rounding may leave a tiny negative number. 0 where the draw has a readout. */
	readonly trainVariance: Float64Array;
	/** P* x D; empty when the problem has no test inputs. */
	readonly testMean: Float64Array;
	readonly testVariance: Float64Array;
	/** log p(y, hidden weights), or with the readout log p(y, all weights), up to a constant. */
	readonly logDensity: number;
	/** As in NetworkDraw; absent where draws count alike. */
	readonly logWeight?: number;
	/** As in the draw: a RungRecord. */
	readonly rungs?: Float64Array;
	/** Quantities too large to be stored draw by draw; only their averages are kept. */
	readonly averaged: Readonly<Record<string, Float64Array>>;
}

/** Names of averaged quantities. Layers and positions count from 0. */
export const averagedName = {
	/** P x P: (s_a^2 / (chi N)) sum_i phi_i phi_i^T (+ readout bias variance). */
	output: "output",
	/** P x P: (1/N) sum_i h_i h_i^T over the units of a layer at one position. */
	preactivation: (layer: number, position: number) => `preactivation.${layer}.${position}`,
	/** P x P: (1/N) sum_i phi_i phi_i^T likewise. */
	feature: (layer: number, position: number) => `feature.${layer}.${position}`,
	/** 4 x (J P): means over units of h, h^2, h^3, h^4. */
	powers: (layer: number) => `powers.${layer}`,
	/** 4: |K|^2 summed over positions and the mean over units of |h|^4 likewise, K = (1/N) sum_i h_i h_i^T; the same of phi. */
	sizes: (layer: number) => `sizes.${layer}`,
	/** 4 x (J D): means over units of h . t and its powers, t the discrepancies of `priorReference`. */
	projection: (layer: number) => `projection.${layer}`,
	/** Likewise of phi . t. */
	featureProjection: (layer: number) => `featureProjection.${layer}`,
	/** Fractions of all pre-activations over their prior standard deviation in each bin, below the first and above the last. */
	histogram: (layer: number) => `histogram.${layer}`,
	/** Fan-in x fan-in (+ bias): (1/N) sum_i w_i w_i^T over the units of the first layer. */
	weightCovariance: "weightCovariance",
	/** P x P and P* x P*: conditional covariance of f given the hidden weights, the same for every output. */
	trainCovariance: "trainCovariance",
	testCovariance: "testCovariance",
} as const;

const SMALL = /^(powers|sizes|projection|featureProjection)\./;
const KERNELS = /^(output$|preactivation\.|feature\.)/;

/**
 * Quantities whose batch means are kept one by one, for errors of what is not linear in them.
 * @param kernels also the output kernel and every layer's, which may be large: see `keepsKernelBatches`
 */
export function keepsBatches(name: string, kernels: boolean): boolean {
	return (
		SMALL.test(name) ||
		(kernels && KERNELS.test(name)) ||
		name === averagedName.weightCovariance ||
		name === averagedName.trainCovariance ||
		name === averagedName.testCovariance
	);
}
