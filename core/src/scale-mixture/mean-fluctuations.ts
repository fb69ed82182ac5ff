/** What the scale, and the angle of the mean term, add by moving the mean of f: Var[m_q]. */
import { dot, type Engine, gram, type Matrix, matrix, multiply } from "@finitude/engine";
import {
	biasLoadings,
	type Conditional,
	type MixtureMoments,
	type PredictionPoints,
	type ScaleMixture,
	timesColumn,
} from "./mixture-moments.ts";
import { scaleAverage } from "./scale-nodes.ts";

/**
 * The mean of f, and Var[m_q] on top of E[v_q]: at each node m_q = tau m_* + (q B + J)(r / a) with r = yt - tau mt, linear in
 * tau, whose mean and variance the node has.
 */
export function addMeanFluctuations(
	engine: Engine,
	mixture: ScaleMixture,
	points: PredictionPoints,
	within: Conditional,
): MixtureMoments {
	const { modes, targets, nodes, mean: m = new Float64Array(targets.length) } = mixture;
	const { scales, probabilities, meanFactors } = nodes;
	const J = biasLoadings(mixture);
	const inverse = (k: number, i: number) => 1 / (modes.noise[k]! + scales[i]! * modes.signal[k]!);
	/** J x for the vector x over the modes. */
	const alongBias = (x: (k: number) => number) =>
		J
			? dot(
					J,
					J.map((_, k) => x(k)),
				)
			: 0;
	const tau = meanFactors?.mean ?? new Float64Array(scales.length);
	/** r / a. */
	const dual = (k: number, i: number) => (targets[k]! - tau[i]! * m[k]!) * inverse(k, i);
	const shifts = scales.map((_, i) => alongBias((k) => dual(k, i)));
	const center = {
		loading: targets.map((_, k) => scaleAverage(nodes, (q, i) => q * dual(k, i))),
		shift: scaleAverage(nodes, (_, i) => shifts[i]!),
		tau: scaleAverage(nodes, (_, i) => tau[i]!),
	};
	const mean = timesColumn(engine, points.loadings, center.loading).map(
		(x, s) => x + center.shift + center.tau * (points.mean?.[s] ?? 0),
	);
	const spread = createSpread(engine, points, within);
	const root = probabilities.map(Math.sqrt);
	spread.add(
		(k, i) => root[i]! * (scales[i]! * dual(k, i) - center.loading[k]!),
		root.map((w, i) => w * (shifts[i]! - center.shift)),
		root.map((w, i) => w * (tau[i]! - center.tau)),
	);
	if (meanFactors) {
		// The slope of m_q in tau is m_* - (q B + J)(mt / a).
		const weights = root.map((w, i) => w * Math.sqrt(meanFactors.variance[i]!));
		spread.add(
			(k, i) => -weights[i]! * scales[i]! * m[k]! * inverse(k, i),
			weights.map((w, i) => -w * alongBias((k) => m[k]! * inverse(k, i))),
			weights,
		);
	}
	return { mean, ...spread.total };
}

/** Nodes whose means are formed at once: bounds the memory by some hundred columns. */
const CHUNK = 256;

/** Adds x_i x_i^T to a covariance, x_i = B column_i + offset_i + multiple_i m_* for every node i. */
function createSpread(
	engine: Engine,
	{ loadings, mean }: PredictionPoints,
	within: Conditional,
): {
	readonly total: Conditional;
	add(column: (k: number, i: number) => number, offsets: Float64Array, multiples: Float64Array): void;
} {
	const [n, P] = [loadings.rows, loadings.columns];
	const variance = within.variance.slice();
	const covariance: Matrix | undefined = within.covariance && matrix(n, n, within.covariance.data.slice());
	return {
		total: { variance, ...(covariance && { covariance }) },
		add(column, offsets, multiples) {
			for (let start = 0; start < offsets.length; start += CHUNK) {
				const size = Math.min(CHUNK, offsets.length - start);
				const columns = matrix(P, size);
				for (let k = 0; k < P; k++)
					for (let c = 0; c < size; c++) columns.data[k * size + c] = column(k, start + c);
				const moved = multiply(engine, loadings, columns);
				for (let s = 0; s < n; s++) {
					for (let c = 0; c < size; c++) {
						const at = s * size + c;
						moved.data[at]! += offsets[start + c]! + multiples[start + c]! * (mean?.[s] ?? 0);
						variance[s]! += moved.data[at]! ** 2;
					}
				}
				if (covariance) {
					const added = gram(engine, moved);
					for (let at = 0; at < n * n; at++) covariance.data[at]! += added.data[at]!;
				}
			}
		},
	};
}
