/** Errors of theories and of the sampled network at one place of a learning curve. */
import type { Matrix } from "@finitude/engine";
import type { SampledNetwork } from "../../analyses/analysis.ts";
import type { Answer, GeneralizationError } from "../../answer/answer.ts";
import { meanSquaredError, meanValue } from "../../diagnostics/distance.ts";
import type { Estimate } from "../../diagnostics/estimate.ts";
import type { Problem } from "../../problem/problem.ts";
import { type SampledErrors, sampledErrors } from "../../samplers/training-error.ts";
import type { TheoryOutcome } from "../outcomes.ts";
import type { CurveCell } from "./learning-curve.ts";

/** The numbers of a learning curve, in the order of its tables. */
export const CURVE_QUANTITIES = [
	"generalizationError",
	"biasSquared",
	"variance",
	"trainError",
	"relativeGap",
] as const;

export type CurveQuantity = (typeof CURVE_QUANTITIES)[number];

/**
 * e_g = E (f* - y*)^2 over the test points = bias^2 + variance, the training error e_t = E (f - y)^2 over the training points, and the
 * relative gap (e_g - e_t) / e_g, with the noise of the training targets added to e_g where the test targets have none.
 */
export type CurveErrors<Value> = Readonly<Record<CurveQuantity, Value>>;

/** What became of one theory. */
export type TheoryMeasurement =
	| { readonly theory: string; readonly seconds: number; readonly errors: CurveErrors<number> }
	/** Why there are no errors; `unsolved` when its equations were not solved. */
	| { readonly theory: string; readonly reason: string; readonly unsolved?: true };

/** The sampled network, every number with its Monte-Carlo standard error. */
export interface SampledMeasurement {
	readonly errors: CurveErrors<Estimate>;
	readonly converged: boolean;
	/** What to try when it did not converge. */
	readonly advice?: string;
	readonly maxRHat?: number;
	readonly minBulkEss?: number;
	readonly minTailEss?: number;
	readonly divergences: number;
	readonly seed: number;
}

/** All theories and the sampled network at one place of the grid. */
export interface CurveMeasurement extends CurveCell {
	readonly theories: readonly TheoryMeasurement[];
	/** Absent where the network is not to be sampled. */
	readonly sampled?: SampledMeasurement | { readonly reason: string };
}

/** @param targetNoise variance of noise that the training targets carry and the test targets do not */
export function theoryMeasurement(
	problem: Problem,
	outcome: TheoryOutcome,
	targetNoise: number,
): TheoryMeasurement {
	const { theory } = outcome;
	if ("reason" in outcome) return { theory, reason: outcome.reason };
	const { answer } = outcome;
	const { converged, advice } = answer.convergence;
	if (!converged) {
		return { theory, reason: `not converged${advice === undefined ? "" : `: ${advice}`}`, unsolved: true };
	}
	const train = squaredError(answer, "train", problem.trainTargets);
	const test = squaredError(answer, "test", problem.testTargets!);
	if (typeof train === "string" || typeof test === "string") {
		return { theory, reason: typeof test === "string" ? test : (train as string) };
	}
	if (!(test.total > 0)) {
		const parts = `bias^2 ${test.biasSquared.toPrecision(3)} and variance ${test.variance.toPrecision(3)}`;
		return { theory, reason: `its generalization error is not above 0: ${parts}` };
	}
	return {
		theory,
		seconds: answer.seconds,
		errors: {
			generalizationError: test.total,
			biasSquared: test.biasSquared,
			variance: test.variance,
			trainError: train.total,
			relativeGap: 1 - train.total / (test.total + targetNoise),
		},
	};
}

/** Of the posterior of f at the points; the reason where the theory gives no mean or no variance. */
function squaredError(answer: Answer, points: "train" | "test", targets: Matrix) {
	const [mean, variance] = [answer[`${points}Mean`], answer[`${points}Variance`]];
	if (mean === undefined) return `no mean: ${answer.absent[`${points}Mean`] ?? "the theory gives none"}`;
	if (variance === undefined) {
		return `no variance: ${answer.absent[`${points}Variance`] ?? "the theory gives none"}`;
	}
	const biasSquared = meanSquaredError(mean, targets);
	const spread = meanValue(variance);
	return { total: biasSquared + spread, biasSquared, variance: spread };
}

/** @param targetNoise as in `theoryMeasurement` @throws InputError when the generalization error is not above 0. */
export function sampledMeasurement(
	problem: Problem,
	{ answer, chains }: SampledNetwork,
	targetNoise: number,
): SampledMeasurement {
	const { generalization, training, relativeGap } = sampledErrors(problem, chains, answer, targetNoise);
	const { maxRHat, minBulkEss, minTailEss, divergences, seed } = answer.diagnostics;
	const { converged, advice } = answer.convergence;
	return {
		errors: { ...partsOf(generalization), trainError: totalOf(training), relativeGap },
		converged,
		...(advice !== undefined && { advice }),
		...(maxRHat !== undefined && { maxRHat }),
		...(minBulkEss !== undefined && { minBulkEss }),
		...(minTailEss !== undefined && { minTailEss }),
		divergences,
		seed,
	};
}

function totalOf({ total, totalStandardError }: GeneralizationError): Estimate {
	return { value: total, standardError: totalStandardError };
}

function partsOf(error: SampledErrors["generalization"]) {
	return {
		generalizationError: totalOf(error),
		biasSquared: { value: error.biasSquared, standardError: error.biasSquaredStandardError },
		variance: { value: error.variance, standardError: error.varianceStandardError },
	};
}
