import type { ValidityNote } from "../../answer/answer.ts";
import type { MatrixScaleNodes } from "../../scale-mixture/matrix/matrix-scale-nodes.ts";
import type { MixtureAverage, PointAverage } from "../../scale-mixture/matrix/mixture-average.ts";

/** Below this importance sampling is not trusted. */
export const LEAST_EFFECTIVE_SAMPLE_SIZE = 100;

/** How the average over a matrix of scales was taken, and how precise it is. @param quadratureWanted rather than draws */
export function samplingNotes(
	{ probabilities, residual, sampling }: MatrixScaleNodes,
	{ train, test }: MixtureAverage,
	quadratureWanted: boolean,
): ValidityNote[] {
	if (!sampling) {
		return [
			{
				name: "quadrature",
				value: probabilities.length,
				message: `the average over the matrix of scales is a quadrature of ${probabilities.length} nodes; doubling its step changes the log evidence by ${residual.toExponential(1)}`,
			},
		];
	}
	const { effectiveSampleSize, samples, failures, logEvidenceStandardError } = sampling;
	const error = largestRelativeError([train, ...(test ? [test] : [])]);
	return [
		...(quadratureWanted
			? [
					{
						name: "quadrature",
						value: "given up",
						message:
							"the posterior of the matrix of scales has modes too different in width for a quadrature; random draws are used instead",
					},
				]
			: []),
		...(failures > 0
			? [
					{
						name: "failedDraws",
						value: failures,
						message: `at ${failures} of ${samples} draws the covariance of the targets was not positive definite in float64; they count as impossible`,
					},
				]
			: []),
		{
			name: "effectiveSampleSize",
			value: effectiveSampleSize,
			message: `effective sample size ${Math.floor(effectiveSampleSize)} of ${samples} weighted draws of the matrix of scales`,
		},
		{
			name: "meanStandardError",
			value: error,
			message: `Monte-Carlo standard errors of the means are at most ${error.toExponential(1)} of the posterior standard deviation there`,
		},
		{
			name: "logEvidenceStandardError",
			value: logEvidenceStandardError,
			message: `Monte-Carlo standard error of the log evidence: ${logEvidenceStandardError.toExponential(1)}`,
		},
	];
}

/** Over points whose variance is more than rounding: without noise the training points have none, and their means no error. */
function largestRelativeError(averages: readonly PointAverage[]): number {
	const entries = averages.flatMap(({ meanStandardError, variance }) =>
		Array.from(variance.data, (v, e) => ({ variance: v, error: meanStandardError!.data[e]! })),
	);
	const rounding = Number.EPSILON * Math.max(...entries.map(({ variance }) => variance));
	return entries.reduce(
		(largest, { variance, error }) =>
			variance > rounding ? Math.max(largest, error / Math.sqrt(variance)) : largest,
		0,
	);
}
