import type { ValidityNote } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import {
	effectiveSampleNote,
	LEAST_EFFECTIVE,
	largestCorrelation,
	MEHLER_ACCURACY,
	mehlerOrders,
	outsideCorrelations,
} from "../../../tilted-unit/index.ts";
import { largestMagnitude } from "../vectors.ts";
import type { Quadrature } from "./quadrature.ts";

/** How the averages over the weights came out. */
export interface IntegrationReport {
	readonly quadrature: Quadrature;
	/** Of the last rule. */
	readonly points: number;
	/** The largest change of the mean by the last refinement; infinite where one of its two rules gave no mean. */
	readonly change: number;
	/** Whether it was within the tolerance. */
	readonly settled: boolean;
	readonly effectiveSampleSize: number;
	readonly problem: Problem;
	/** Whether covariances between test points were asked for. */
	readonly covariance: boolean;
}

/** An answer whose mean is not known to this fraction of the largest target does not tell theories apart. */
const LARGEST_ERROR = 0.03;

/** The value of a `quadratureError` that no two solutions tell. */
export const UNKNOWN = "unknown";

/** Whether the integration is good enough for the answer to count. */
export function isTrusted({ quadrature, change, effectiveSampleSize, problem }: IntegrationReport): boolean {
	if (!(change <= LARGEST_ERROR * largestMagnitude(problem.trainTargets.data))) return false;
	return quadrature.kind === "trapezoid" || effectiveSampleSize >= LEAST_EFFECTIVE;
}

/** `quadratureError`, for random points `effectiveSampleSize`, and `testCovarianceTruncation` where it is not negligible. */
export function integrationNotes(report: IntegrationReport): ValidityNote[] {
	const { quadrature, points, change, settled, effectiveSampleSize, covariance } = report;
	const grid = quadrature.kind === "trapezoid";
	const refinement = grid
		? `the step of the grid over the ${quadrature.unit.dimension} weights that matter was shortened by sqrt(2), to ${points} points`
		: `the Sobol points over the ${quadrature.unit.dimension} weights that matter were doubled, to ${points}`;
	const notes: ValidityNote[] = [
		Number.isFinite(change)
			? {
					name: "quadratureError",
					value: change,
					message: `the largest change of the mean when ${refinement}${settled ? "" : "; finer ones were not tried"}`,
				}
			: {
					name: "quadratureError",
					value: UNKNOWN,
					message: `the equations have no solution to compare with before or after ${refinement}`,
				},
	];
	if (!grid) {
		notes.push(
			effectiveSampleNote(
				{ size: effectiveSampleSize, nodes: points },
				"take fewer training points, inputs of lower rank, more noise or a larger width",
			),
		);
	}
	if (covariance && quadrature.unit.outside) {
		const correlations = outsideCorrelations(quadrature.unit);
		const left = largestCorrelation(correlations) ** (mehlerOrders(correlations) + 1);
		if (left > MEHLER_ACCURACY) {
			notes.push({
				name: "testCovarianceTruncation",
				value: left,
				message:
					"bound on the error of covariances between test points, relative to their prior variances: the series over the directions that no training point spans ends after 40 terms",
			});
		}
	}
	return notes;
}
