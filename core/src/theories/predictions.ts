import { type Matrix, matrix } from "@finitude/engine";
import type { Answer, Convergence } from "../answer/answer.ts";
import type { GaussianProcessPosterior } from "./gaussian-process.ts";

type Predictions = Required<Pick<Answer, "trainMean" | "trainVariance">> &
	Pick<Answer, "trainCovariance" | "testMean" | "testVariance" | "testCovariance">;

/** Moments of a posterior of f: means as matrices, one variance for all outputs. */
export type PosteriorMoments = Pick<
	GaussianProcessPosterior,
	"trainMean" | "trainVariance" | "trainCovariance" | "testMean" | "testVariance" | "testCovariance"
>;

/** The means, variances and covariances of an answer; the variance of a point is repeated for each of the D outputs. */
export function predictions(posterior: PosteriorMoments, outputs: number): Predictions {
	const { trainMean, trainVariance, trainCovariance, testMean, testVariance, testCovariance } = posterior;
	return {
		trainMean,
		trainVariance: repeated(trainVariance, outputs),
		...(trainCovariance && { trainCovariance }),
		...(testMean && { testMean }),
		...(testVariance && { testVariance: repeated(testVariance, outputs) }),
		...(testCovariance && { testCovariance }),
	};
}

/** What an answer without iterations says of its convergence. */
export const closedForm: Convergence = { converged: true, iterations: 0, residual: 0 };

function repeated(values: Float64Array, columns: number): Matrix {
	return matrix(
		values.length,
		columns,
		Float64Array.from({ length: values.length * columns }, (_, i) => values[Math.floor(i / columns)]!),
	);
}
