/** A mixture of Gaussian processes with kernels q K over the posterior of q, at points: what all of its moments are made of. */
import { dot, type Engine, gram, type Matrix, matrix, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../kernels/kernel-blocks.ts";
import type { Modes } from "../theories/kernel-rescaling/modes.ts";
import { type ScaleNodes, scaleAverage } from "./scale-nodes.ts";

/** A mixture and the data it was conditioned on. */
export interface ScaleMixture {
	readonly modes: Modes;
	/** yt: y in the coordinates of the modes. */
	readonly targets: Float64Array;
	/** With the mean term, m at the training points in the coordinates of the modes. */
	readonly mean?: Float64Array;
	/** s_b^2 of the readout. */
	readonly biasVariance: number;
	readonly nodes: ScaleNodes;
}

/** Points at which f is wanted, n of them. */
export interface PredictionPoints {
	/** B = k_* E, n x P, with K the kernel that the scale multiplies. */
	readonly loadings: Matrix;
	/** k_**, n, of that kernel. */
	readonly priorVariance: Float64Array;
	/** n x n, where a covariance is wanted. */
	readonly priorCovariance?: Matrix;
	/** With the mean term, m at these points. */
	readonly mean?: Float64Array;
}

export interface MixtureMoments {
	readonly mean: Float64Array;
	/** E[v_q] + Var[m_q]. */
	readonly variance: Float64Array;
	readonly covariance?: Matrix;
}

/** E[q^power / a_k] for each mode. */
export function modeAverages(
	{ modes: { signal, noise }, nodes }: Pick<ScaleMixture, "modes" | "nodes">,
	power: number,
): Float64Array {
	return signal.map((l, k) => scaleAverage(nodes, (q) => q ** power / (noise[k]! + q * l)));
}

/**
 * B = k_* E. A mode that the kernel does not have has no covariance with any point; rounding would give it some, and little noise
 * would make it count.
 *
 * @param cross k_*, n x P
 */
export function loadingsOf(engine: Engine, modes: Modes, cross: Matrix): Matrix {
	const present = modes.signal.map((l) => (l > 0 ? 1 : 0));
	return scaleColumns(multiply(engine, cross, modes.dualBasis()), present);
}

/** The test points of a problem. */
export function testPoints(
	engine: Engine,
	modes: Modes,
	{ cross, diagonal, covariance }: NonNullable<KernelBlocks["test"]>,
	mean?: Float64Array,
): PredictionPoints {
	return {
		loadings: loadingsOf(engine, modes, cross),
		priorVariance: diagonal,
		...(covariance && { priorCovariance: covariance }),
		...(mean && { mean }),
	};
}

/** E[v_q], as variances or covariance. */
export interface Conditional {
	readonly variance: Float64Array;
	readonly covariance?: Matrix;
}

/** Sums of squares subtracted from the prior: for points of which the data do not determine almost everything. */
export function conditionalCovariance(
	engine: Engine,
	mixture: ScaleMixture,
	{ loadings, priorVariance, priorCovariance }: PredictionPoints,
	{ covariance = false } = {},
): Conditional {
	const { nodes, biasVariance } = mixture;
	const scale = scaleAverage(nodes, (q) => q);
	const quadratic = modeAverages(mixture, 2);
	const J = biasLoadings(mixture);
	// Row sums of B J E[q/a], and J^2 E[1/a].
	const linear = J && timesColumn(engine, loadings, product(J, modeAverages(mixture, 1)));
	const constant = J ? biasVariance - dot(product(J, J), modeAverages(mixture, 0)) : 0;
	const [n, P] = [loadings.rows, loadings.columns];
	const root = quadratic.map(Math.sqrt);
	const scaled = scaleColumns(loadings, root);
	const variance = priorVariance.map((k, i) => {
		let removed = 2 * (linear?.[i] ?? 0);
		for (let j = i * P; j < (i + 1) * P; j++) removed += scaled.data[j]! ** 2;
		return scale * k + constant - removed;
	});
	if (!covariance || !priorCovariance) return { variance };
	const removed = gram(engine, scaled);
	return {
		variance,
		covariance: matrix(
			n,
			n,
			priorCovariance.data.map((k, at) => {
				const [i, j] = [Math.floor(at / n), at % n];
				const crossed = (linear?.[i] ?? 0) + (linear?.[j] ?? 0);
				return scale * k + constant - (removed.data[at]! + crossed);
			}),
		),
	};
}

/** J = s_b^2 1^T E: the same row for all points. */
export function biasLoadings({ modes, biasVariance }: ScaleMixture): Float64Array | undefined {
	if (biasVariance === 0) return undefined;
	return modes.project(new Float64Array(modes.signal.length).fill(biasVariance));
}

/** M diag(factors). */
export function scaleColumns(m: Matrix, factors: Float64Array): Matrix {
	return matrix(
		m.rows,
		m.columns,
		m.data.map((x, at) => x * factors[at % m.columns]!),
	);
}

export function timesColumn(engine: Engine, m: Matrix, x: Float64Array): Float64Array {
	return multiply(engine, m, matrix(x.length, 1, x)).data;
}

function product(x: Float64Array, y: Float64Array): Float64Array {
	return x.map((value, i) => value * y[i]!);
}
