import type { GeneralizationError, SampledAnswer } from "../answer/answer.ts";
import type { Estimate } from "../diagnostics/estimate.ts";
import { InputError } from "../errors.ts";
import type { Problem } from "../problem/problem.ts";
import type { ChainResult } from "./chain-result.ts";
import { shortestLength } from "./combined-draws.ts";
import { sampledSquaredError } from "./generalization-error.ts";
import type { SampledPoints } from "./moment-series.ts";
import { type PointEstimates, standardErrorOfMean } from "./point-estimates.ts";

/** Errors of the sampled network at the training and at the test points. */
export interface SampledErrors {
	/** E (f* - y*)^2 over the test points. */
	readonly generalization: GeneralizationError;
	/** E (f - y)^2 over the training points. */
	readonly training: GeneralizationError;
	/** (e_g - e_t) / e_g, with e_g the generalization error and `targetNoise`. */
	readonly relativeGap: Estimate;
}

/**
 * Generalization error, training error and the relative gap between them. The standard error of the gap is that of the ratio: both
 * errors come from the same draws, and the series of 1 - e_t/e_g, linear in both at their estimates, holds their correlation.
 *
 * @param answer of these chains: `combineChains`
 * @param targetNoise variance of noise that the training targets carry and the test targets do not: added to e_g in the gap, so that
 * both errors are measured against targets of the same kind
 * @throws InputError when the problem has no test targets, or the generalization error is not above 0.
 */
export function sampledErrors(
	problem: Problem,
	chains: readonly ChainResult[],
	answer: SampledAnswer,
	targetNoise = 0,
): SampledErrors {
	const { trainTargets, testTargets } = problem;
	if (testTargets === undefined) {
		throw new InputError({ where: "testTargets", wanted: "targets at the test points", got: "nothing" });
	}
	const draws = shortestLength(chains);
	const train = sampledSquaredError("train", trainTargets, chains, estimatesOf(answer, "train"), draws);
	const test = sampledSquaredError("test", testTargets, chains, estimatesOf(answer, "test"), draws);
	const population = test.error.total + targetNoise;
	if (!(population > 0)) {
		throw new InputError({
			where: "testTargets",
			wanted: "a sampled generalization error above 0, for the gap relative to it",
			got: `${test.error.total} +- ${test.error.totalStandardError}`,
			advice: "Raise draws.",
		});
	}
	const ratio = train.error.total / population;
	const series = train.total.map((chain, c) =>
		chain.map((x, t) => (ratio * test.total[c]![t]! - x) / population),
	);
	return {
		generalization: test.error,
		training: train.error,
		relativeGap: { value: 1 - ratio, standardError: standardErrorOfMean(series) },
	};
}

function estimatesOf(answer: SampledAnswer, points: SampledPoints): PointEstimates {
	return {
		mean: answer[`${points}Mean`]!,
		meanStandardError: answer[`${points}MeanStandardError`]!,
		variance: answer[`${points}Variance`]!,
		varianceStandardError: answer[`${points}VarianceStandardError`]!,
	};
}
