import { dot, type Engine, type Matrix } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../../answer/answer.ts";
import { meanSquaredError, meanValue } from "../../diagnostics/distance.ts";
import { weightSpectrum } from "../../probes/weight-spectrum.ts";
import type { Problem } from "../../problem/problem.ts";
import { targetVariance } from "../../theories/discrepancy-measures.ts";
import type { FirstLayer } from "../first-layer.ts";

/** What one answer says of adaptation, computed from the answer alone: any theory that gives the quantity will do. */
export interface Measures {
	/** t.y / y.y with the discrepancy t = (y - training mean) / kappa. */
	readonly alpha: number;
	/** Root mean square of y - f over the training points, f from the posterior, over the standard deviation of y. */
	readonly rmseOverStd?: number;
	/** Root mean square of the test targets minus the posterior mean. */
	readonly testRmse?: number;
	readonly logEvidence?: number;
	/** Of Sigma, descending; the following three of it and the teacher's direction. */
	readonly eigenvalues?: readonly number[];
	readonly teacherVariance?: number;
	readonly alignment?: number;
	readonly outlierOverlap?: number;
}

/** @param answer with a mean at the training points */
export function measuresOf(
	engine: Engine,
	answer: Answer | SampledAnswer,
	problem: Problem,
	{ fanIn, direction }: FirstLayer,
): Measures {
	const { trainVariance, testMean, logEvidence } = answer;
	const trainMean = answer.trainMean!;
	const { trainTargets, testTargets } = problem;
	const sigma = answer.orderParameters.Sigma as Matrix | undefined;
	const spectrum = sigma && weightSpectrum(engine, sigma, fanIn, direction);
	return {
		alpha: alpha(problem, trainMean),
		...(trainVariance && {
			rmseOverStd: Math.sqrt(
				(meanSquaredError(trainMean, trainTargets) + meanValue(trainVariance)) / targetVariance(trainTargets),
			),
		}),
		...(testMean && testTargets && { testRmse: Math.sqrt(meanSquaredError(testMean, testTargets)) }),
		...(logEvidence !== undefined && { logEvidence }),
		...(spectrum && { eigenvalues: spectrum.eigenvalues.map(({ value }) => value) }),
		...(spectrum?.teacherVariance && {
			teacherVariance: spectrum.teacherVariance.value,
			alignment: spectrum.alignment!.value,
		}),
		...(spectrum?.outlierOverlap && { outlierOverlap: spectrum.outlierOverlap.value }),
	};
}

function alpha({ trainTargets: { data: y }, noiseVariance }: Problem, { data: mean }: Matrix): number {
	const overlap = y.reduce((sum, value, i) => sum + value * (value - mean[i]!), 0);
	return overlap / (noiseVariance * dot(y, y));
}
