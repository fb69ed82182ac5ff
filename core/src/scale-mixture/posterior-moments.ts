/** Means, variances and covariances of f at the points of a problem. */
import { type Engine, matrixFromColumn } from "@finitude/engine";
import type { PosteriorMoments } from "../theories/predictions.ts";
import { addMeanFluctuations } from "./mean-fluctuations.ts";
import {
	conditionalCovariance,
	type MixtureMoments,
	type PredictionPoints,
	type ScaleMixture,
	testPoints,
} from "./mixture-moments.ts";
import type { OneOutputMixture } from "./one-output.ts";
import { trainingMoments } from "./training-moments.ts";

/**
 * Equation (4) of docs/theories/scale-mixture.md, with tau = sqrt(N q) t and r = yt - tau mt in the mean term:
 *
 *     m_q = tau m_* + (q B + J)(r / a),   v_q = q k_** + s_b^2 - sum_k (q B + J)_k^2 / a_k.
 */
function mixtureMoments(
	engine: Engine,
	mixture: ScaleMixture,
	points: PredictionPoints,
	{ covariance = false } = {},
): MixtureMoments {
	const within = conditionalCovariance(engine, mixture, points, { covariance });
	return addMeanFluctuations(engine, mixture, points, within);
}

/** Equation (4) of docs/theories/scale-mixture.md. @param covariance with `testCovariance` of `solveOneOutput` */
export function posteriorMoments(
	engine: Engine,
	{ mixture, kernel, mean }: OneOutputMixture,
	noiseVariance: number,
	{ covariance = false } = {},
): PosteriorMoments {
	const P = kernel.train.rows;
	const train = trainingMoments(engine, mixture, kernel.train, noiseVariance, {
		mean: mean?.slice(0, P),
		covariance,
	});
	const test =
		kernel.test &&
		mixtureMoments(engine, mixture, testPoints(engine, mixture.modes, kernel.test, mean?.slice(P)), {
			covariance,
		});
	return {
		trainMean: matrixFromColumn(train.mean),
		trainVariance: train.variance,
		...(train.covariance && { trainCovariance: train.covariance }),
		...(test && { testMean: matrixFromColumn(test.mean), testVariance: test.variance }),
		...(test?.covariance && { testCovariance: test.covariance }),
	};
}
