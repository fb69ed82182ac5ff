/** What the fluctuation of the scale adds to the variance of a linear network's output. */
import { type Engine, type Matrix, matrix, matrixFromColumn, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../../../kernels/kernel-blocks.ts";
import type { GaussianProcessPosterior } from "../../gaussian-process.ts";
import type { PosteriorMoments } from "../../predictions.ts";
import type { ScaleProblem } from "./scale-roots.ts";

/**
 * Equation (11) of docs/theories/multi-scale.md: (dm/dtheta)^2 Var theta on top of the variance at t K0, theta = log t and
 * dm/dtheta = kappa t K0_*. R^2 y. Equation (5) of the tree is the same with the tree's own Var theta.
 *
 * @param prior K0
 * @param posterior the Gaussian process of kernel t K0
 * @param logScaleVariance Var theta
 */
export function withScaleFluctuation(
	engine: Engine,
	{ modes, targets }: ScaleProblem,
	prior: KernelBlocks,
	posterior: GaussianProcessPosterior,
	scale: number,
	logScaleVariance: number,
): PosteriorMoments {
	const { signal, noise } = modes;
	/** R^2 y times kappa t. */
	const pull = targets.map((c, k) => (noise[k]! * scale * c) / (scale * signal[k]! + noise[k]!) ** 2);
	const at = (cross: Matrix, coordinates: Float64Array) =>
		multiply(engine, cross, matrixFromColumn(coordinates)).data;
	const basis = modes.dualBasis();
	// K0 E = E diag(l).
	const train = at(
		basis,
		pull.map((x, k) => x * signal[k]!),
	);
	const test = prior.test && at(prior.test.cross, at(basis, pull));
	return {
		trainMean: posterior.trainMean,
		trainVariance: added(posterior.trainVariance, train, logScaleVariance),
		...(posterior.trainCovariance && {
			trainCovariance: addedOuter(posterior.trainCovariance, train, logScaleVariance),
		}),
		...(test && {
			testMean: posterior.testMean!,
			testVariance: added(posterior.testVariance!, test, logScaleVariance),
			...(posterior.testCovariance && {
				testCovariance: addedOuter(posterior.testCovariance, test, logScaleVariance),
			}),
		}),
	};
}

function added(variance: Float64Array, slope: Float64Array, factor: number): Float64Array {
	return variance.map((v, i) => v + factor * slope[i]! ** 2);
}

function addedOuter({ rows, columns, data }: Matrix, slope: Float64Array, factor: number): Matrix {
	return matrix(
		rows,
		columns,
		// The product of the slopes first: exactly symmetric.
		data.map((c, e) => c + factor * (slope[Math.floor(e / columns)]! * slope[e % columns]!)),
	);
}
