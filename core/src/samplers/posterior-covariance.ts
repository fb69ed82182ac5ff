import { type Matrix, matrix } from "@finitude/engine";
import type { SampledAnswer } from "../answer/answer.ts";
import { linearized } from "../diagnostics/linearized.ts";
import { type BatchMoments, batchMomentsOf, combineBatchMoments } from "./batch-means.ts";
import type { ChainResult } from "./chain-result.ts";
import { relativeWeights } from "./draw-weights.ts";
import type { SampledPoints } from "./moment-series.ts";
import { seriesOf } from "./observables.ts";
import { averagedName } from "./observation.ts";
import { type PointEstimates, standardErrorOfMean } from "./point-estimates.ts";
import { withEqualWeights } from "./weighted-batch-means.ts";

/** A posterior covariance with its standard error; the latter absent with fewer than two batches of draws. */
interface CovarianceEstimate {
	readonly covariance: Matrix;
	readonly standardError?: Matrix;
}

/**
 * Cov(f_i, f_j) over points, for one output: the average conditional covariance plus the covariance of the conditional means.
 * Standard errors by batch means of the sum. Undefined when the chains did not record the conditional covariance.
 */
function pointCovariance(
	chains: readonly ChainResult[],
	points: SampledPoints,
	{ mean }: PointEstimates,
): CovarianceEstimate | undefined {
	const name = points === "train" ? averagedName.trainCovariance : averagedName.testCovariance;
	if (chains.some((chain) => chain.averaged[name] === undefined)) return undefined;
	const size = mean.data.length;
	const moments = chains.map((chain): BatchMoments => {
		const conditional = chain.averaged[name]!;
		const { logScale } = conditional;
		const weights =
			logScale === undefined ? undefined : chain.scalars.logWeight!.map((x) => Math.exp(x - logScale));
		const means = points === "train" ? chain.trainMean : chain.testMean;
		/** Draws `from` to `to`, their average conditional covariance (times the weight) given. */
		const averageOf = (conditionalMean: Float64Array, from: number, to: number) => {
			const average = conditionalMean.slice();
			for (let t = from; t < to; t++) {
				const row = means.subarray(t * size, (t + 1) * size);
				const weight = weights?.[t] ?? 1;
				for (let i = 0; i < size; i++) {
					for (let j = 0; j < size; j++) {
						const product = (row[i]! - mean.data[i]!) * (row[j]! - mean.data[j]!);
						average[i * size + j]! += (weight * product) / (to - from);
					}
				}
			}
			return average;
		};
		const { draws, batchLength, batchMeans } = conditional;
		const batches = batchMeans!.map((x, b) => averageOf(x, b * batchLength, (b + 1) * batchLength));
		return {
			...batchMomentsOf(batches, conditional, averageOf(conditional.mean, 0, draws)),
			batchMeans: batches,
			...(logScale === undefined ? {} : { logScale }),
		};
	});
	const estimate = combineBatchMoments(withEqualWeights(moments));
	return {
		covariance: matrix(size, size, estimate.mean),
		...(estimate.standardError && { standardError: matrix(size, size, estimate.standardError) }),
	};
}

/** Cov(f_a, f_b) over outputs at each test point: given the hidden weights the outputs are independent with one variance. */
function outputCovariance(
	chains: readonly ChainResult[],
	{ mean, variance, varianceStandardError }: PointEstimates,
	draws: number,
): { readonly covariance: Matrix[]; readonly standardError: Matrix[] } {
	const outputs = mean.columns;
	const weights = relativeWeights(chains, draws);
	const covariance: Matrix[] = [];
	const standardError: Matrix[] = [];
	for (let point = 0; point < mean.rows; point++) {
		const [c, e] = [matrix(outputs, outputs), matrix(outputs, outputs)];
		for (let a = 0; a < outputs; a++) {
			const at = point * outputs + a;
			c.data[a * (outputs + 1)] = variance.data[at]!;
			e.data[a * (outputs + 1)] = varianceStandardError.data[at]!;
			const first = seriesOf(chains, "testMean", at, draws);
			for (let b = 0; b < a; b++) {
				const second = seriesOf(chains, "testMean", point * outputs + b, draws);
				const deviations = first.map((series, chain) =>
					series.map((x, t) => (x - mean.data[at]!) * (second[chain]![t]! - mean.data[point * outputs + b]!)),
				);
				const products = linearized(deviations, weights);
				const average =
					products.reduce((sum, series) => sum + series.reduce((s, x) => s + x, 0), 0) /
					(chains.length * draws);
				const error = standardErrorOfMean(products);
				for (const k of [a * outputs + b, b * outputs + a]) {
					c.data[k] = average;
					e.data[k] = error;
				}
			}
		}
		covariance.push(c);
		standardError.push(e);
	}
	return { covariance, standardError };
}

/** Those parts of the answer: over points for one output, over outputs at each test point for several. */
export function posteriorCovariances(
	chains: readonly ChainResult[],
	draws: number,
	train: PointEstimates,
	test: PointEstimates | undefined,
): Pick<
	SampledAnswer,
	| "trainCovariance"
	| "trainCovarianceStandardError"
	| "testCovariance"
	| "testCovarianceStandardError"
	| "testOutputCovariance"
	| "testOutputCovarianceStandardError"
> {
	if (train.mean.columns > 1) {
		if (test === undefined) return {};
		const { covariance, standardError } = outputCovariance(chains, test, draws);
		return { testOutputCovariance: covariance, testOutputCovarianceStandardError: standardError };
	}
	const between = pointCovariance(chains, "train", train);
	const unseen = test && pointCovariance(chains, "test", test);
	return {
		...(between && { trainCovariance: between.covariance }),
		...(between?.standardError && { trainCovarianceStandardError: between.standardError }),
		...(unseen && { testCovariance: unseen.covariance }),
		...(unseen?.standardError && { testCovarianceStandardError: unseen.standardError }),
	};
}
