/** What the hidden units of one layer are, given the data: the posterior of their second moments. */
import { type Engine, gram, type Matrix, matrix, multiply } from "@finitude/engine";
import { loadingsOf, modeAverages, type ScaleMixture, scaleColumns } from "./mixture-moments.ts";

/** Points in the form that `unitSecondMoments` wants. */
export interface KernelPoints {
	/** B = k_* E, n x P. */
	readonly loadings: Matrix;
	/** k_**, n x n. */
	readonly priorCovariance: Matrix;
	/** E[Sigma_q / q], n x n. */
	readonly within: Matrix;
}

/**
 * Equation (5) of docs/theories/scale-mixture.md, one hidden layer of N units:
 *
 *     (1 - 1/N) K + (1/N) E[(m_q m_q^T + Sigma_q) / q]
 *
 * with m_q, Sigma_q of the part of f that the weights make, without the readout bias. Given the readout a, units in directions
 * orthogonal to a keep their prior, and f/|a| is the unit along it.
 */
export function unitSecondMoments(
	engine: Engine,
	{ modes: { signal, noise }, targets, nodes }: ScaleMixture,
	{ loadings, priorCovariance, within }: KernelPoints,
	width: number,
): Matrix {
	const { scales, probabilities } = nodes;
	const columns = matrix(signal.length, scales.length);
	// sqrt(p / q) times q yt / a.
	for (let k = 0; k < signal.length; k++) {
		for (let i = 0; i < scales.length; i++) {
			const a = noise[k]! + scales[i]! * signal[k]!;
			columns.data[k * scales.length + i] = (Math.sqrt(probabilities[i]! * scales[i]!) * targets[k]!) / a;
		}
	}
	const spikes = gram(engine, multiply(engine, loadings, columns));
	return matrix(
		priorCovariance.rows,
		priorCovariance.columns,
		priorCovariance.data.map((k, at) => (1 - 1 / width) * k + (spikes.data[at]! + within.data[at]!) / width),
	);
}

/** E[Sigma_q / q] at the training points, U diag(E[kappa l / a]) U^T, and the loadings there; no readout bias. */
export function trainingKernelPoints(engine: Engine, mixture: ScaleMixture, kernel: Matrix): KernelPoints {
	const { signal, noise, eigenvectors } = mixture.modes;
	const factors = modeAverages(mixture, 0).map((x, k) => Math.sqrt(x * noise[k]! * signal[k]!));
	return {
		loadings: scaleColumns(eigenvectors!, signal),
		priorCovariance: kernel,
		within: gram(engine, scaleColumns(eigenvectors!, factors)),
	};
}

/** E[Sigma_q / q] = k_** - B diag(E[q / a]) B^T at other points. @param cross k_*, n x P */
export function otherKernelPoints(
	engine: Engine,
	mixture: ScaleMixture,
	cross: Matrix,
	priorCovariance: Matrix,
): KernelPoints {
	const loadings = loadingsOf(engine, mixture.modes, cross);
	const removed = gram(engine, scaleColumns(loadings, modeAverages(mixture, 1).map(Math.sqrt)));
	return {
		loadings,
		priorCovariance,
		within: matrix(
			priorCovariance.rows,
			priorCovariance.columns,
			priorCovariance.data.map((k, at) => k - removed.data[at]!),
		),
	};
}
