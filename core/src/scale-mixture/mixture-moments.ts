/** Means, variances and covariances of a mixture of Gaussian processes with kernels q K over the posterior of q. */
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

/**
 * Equation (4) of docs/theories/scale-mixture.md, with tau = sqrt(N q) t and r = yt - tau mt in the mean term:
 *
 *     m_q = tau m_* + (q B + J)(r / a),   v_q = q k_** + s_b^2 - sum_k (q B + J)_k^2 / a_k.
 */
export function mixtureMoments(
	engine: Engine,
	mixture: ScaleMixture,
	points: PredictionPoints,
	{ covariance = false } = {},
): MixtureMoments {
	const within = conditionalCovariance(engine, mixture, points, { covariance });
	return addMeanFluctuations(engine, mixture, points, within);
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

/** Nodes whose means are formed at once: bounds the memory by some hundred columns. */
const CHUNK = 256;

/** The mean, and Var[m_q] on top of E[v_q]. */
export function addMeanFluctuations(
	engine: Engine,
	mixture: ScaleMixture,
	{ loadings, mean: meanAtPoints }: PredictionPoints,
	within: Conditional,
): MixtureMoments {
	const { modes, targets, nodes, mean: m = new Float64Array(targets.length) } = mixture;
	const { signal, noise } = modes;
	const [n, P] = [loadings.rows, loadings.columns];
	const J = biasLoadings(mixture);
	const tau = (i: number) => nodes.meanFactors?.mean[i] ?? 0;
	/** r / a at mode k and node i. */
	const dual = (k: number, i: number) =>
		(targets[k]! - tau(i) * m[k]!) / (noise[k]! + nodes.scales[i]! * signal[k]!);
	const centers = targets.map((_, k) => scaleAverage(nodes, (q, i) => q * dual(k, i)));
	const shiftAt = (i: number) => (J ? J.reduce((sum, j, k) => sum + j * dual(k, i), 0) : 0);
	const shifts = Float64Array.from(nodes.scales, (_, i) => shiftAt(i));
	const shift = scaleAverage(nodes, (_, i) => shifts[i]!);
	const factor = scaleAverage(nodes, (_, i) => tau(i));
	const fitted = timesColumn(engine, loadings, centers);
	const mean = fitted.map((x, s) => x + shift + factor * (meanAtPoints?.[s] ?? 0));
	const variance = within.variance.slice();
	const covariance = within.covariance && matrix(n, n, within.covariance.data.slice());
	/** Adds x_i x_i^T for x_i = B column_i + offset_i + multiple_i m_*, i running over the nodes. */
	const add = (column: (k: number, i: number) => number, offsets: Float64Array, multiples: Float64Array) => {
		for (let start = 0; start < offsets.length; start += CHUNK) {
			const size = Math.min(CHUNK, offsets.length - start);
			const columns = matrix(P, size);
			for (let k = 0; k < P; k++)
				for (let c = 0; c < size; c++) columns.data[k * size + c] = column(k, start + c);
			const moved = multiply(engine, loadings, columns);
			for (let s = 0; s < n; s++) {
				for (let c = 0; c < size; c++) {
					const i = start + c;
					moved.data[s * size + c]! += offsets[i]! + multiples[i]! * (meanAtPoints?.[s] ?? 0);
					variance[s]! += moved.data[s * size + c]! ** 2;
				}
			}
			if (covariance) {
				const spread = gram(engine, moved);
				for (let at = 0; at < n * n; at++) covariance.data[at]! += spread.data[at]!;
			}
		}
	};
	const root = nodes.probabilities.map(Math.sqrt);
	add(
		(k, i) => root[i]! * (nodes.scales[i]! * dual(k, i) - centers[k]!),
		root.map((w, i) => w * (shifts[i]! - shift)),
		root.map((w, i) => w * (tau(i) - factor)),
	);
	const { meanFactors } = nodes;
	if (meanFactors) {
		// m_q is linear in tau, with slope m_* - (q B + J)(mt / a).
		const weights = root.map((w, i) => w * Math.sqrt(meanFactors.variance[i]!));
		const perMode = (k: number, i: number) => m[k]! / (noise[k]! + nodes.scales[i]! * signal[k]!);
		add(
			(k, i) => -weights[i]! * nodes.scales[i]! * perMode(k, i),
			weights.map((w, i) => (J ? -w * J.reduce((sum, j, k) => sum + j * perMode(k, i), 0) : 0)),
			weights,
		);
	}
	return { mean, variance, ...(covariance && { covariance }) };
}

/** J = s_b^2 1^T E: the same row for all points. */
function biasLoadings({ modes, biasVariance }: ScaleMixture): Float64Array | undefined {
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

function timesColumn(engine: Engine, m: Matrix, x: Float64Array): Float64Array {
	return multiply(engine, m, matrix(x.length, 1, x)).data;
}

function product(x: Float64Array, y: Float64Array): Float64Array {
	return x.map((value, i) => value * y[i]!);
}
