/** The mixture at its own training points, where the data determine most of f: variances without that cancellation. */
import { type Engine, gram, type Matrix, matrix } from "@finitude/engine";
import { addMeanFluctuations } from "./mean-fluctuations.ts";
import {
	type Conditional,
	conditionalCovariance,
	loadingsOf,
	type MixtureMoments,
	modeAverages,
	type PredictionPoints,
	type ScaleMixture,
	scaleColumns,
} from "./mixture-moments.ts";
import { scaleAverage } from "./scale-nodes.ts";

/**
 * @param kernel K at the training points: what the scale multiplies
 * @param mean m at the training points, with the mean term
 */
export function trainingMoments(
	engine: Engine,
	mixture: ScaleMixture,
	kernel: Matrix,
	noiseVariance: number,
	{ mean, covariance = false }: { mean?: Float64Array | undefined; covariance?: boolean } = {},
): MixtureMoments {
	const points = trainingPoints(engine, mixture, kernel, mean);
	const within = mixture.modes.eigenvectors
		? diagonalForm(engine, mixture, mixture.modes.eigenvectors, covariance)
		: noiseForm(engine, mixture, points, noiseVariance, covariance);
	return addMeanFluctuations(engine, mixture, points, within);
}

/** Loadings B = K E; in an orthogonal basis U diag(l), known to the last digit also for the smallest l. */
function trainingPoints(
	engine: Engine,
	{ modes }: ScaleMixture,
	kernel: Matrix,
	mean: Float64Array | undefined,
): PredictionPoints {
	return {
		loadings: modes.eigenvectors
			? scaleColumns(modes.eigenvectors, modes.signal)
			: loadingsOf(engine, modes, kernel),
		priorVariance: kernel.data.filter((_, at) => at % (kernel.columns + 1) === 0),
		priorCovariance: kernel,
		...(mean && { mean }),
	};
}

/** U diag(E[kappa q l / a]) U^T: a sum of positive terms. */
function diagonalForm(
	engine: Engine,
	mixture: ScaleMixture,
	eigenvectors: Matrix,
	covariance: boolean,
): Conditional {
	const { signal, noise } = mixture.modes;
	const factors = modeAverages(mixture, 1).map((x, k) => Math.sqrt(x * noise[k]! * signal[k]!));
	const half = scaleColumns(eigenvectors, factors);
	return {
		variance: rowSquares(half),
		...(covariance && { covariance: gram(engine, half) }),
	};
}

/**
 * kappa I - kappa^2 E diag(E[1/a]) E^T in the rows where kappa is below the prior variance, and the general form in the others:
 * each where its subtraction cancels less.
 */
function noiseForm(
	engine: Engine,
	mixture: ScaleMixture,
	points: PredictionPoints,
	noiseVariance: number,
	covariance: boolean,
): Conditional {
	const direct = conditionalCovariance(engine, mixture, points, { covariance });
	const factors = modeAverages(mixture, 0).map((x) => noiseVariance * Math.sqrt(x));
	const half = scaleColumns(mixture.modes.dualBasis(), factors);
	const scale = scaleAverage(mixture.nodes, (q) => q);
	const noisy = (i: number) => noiseVariance > scale * points.priorVariance[i]! + mixture.biasVariance;
	const squares = rowSquares(half);
	const variance = direct.variance.map((v, i) => (noisy(i) ? v : noiseVariance - squares[i]!));
	if (!direct.covariance) return { variance };
	const n = half.rows;
	const removed = gram(engine, half);
	return {
		variance,
		covariance: matrix(
			n,
			n,
			direct.covariance.data.map((c, at) => {
				const [i, j] = [Math.floor(at / n), at % n];
				return noisy(i) || noisy(j) ? c : (i === j ? noiseVariance : 0) - removed.data[at]!;
			}),
		),
	};
}

function rowSquares({ rows, columns, data }: Matrix): Float64Array {
	return Float64Array.from({ length: rows }, (_, i) =>
		data.subarray(i * columns, (i + 1) * columns).reduce((sum, x) => sum + x * x, 0),
	);
}
