/** Theories against the sampled network: every distance in its own units and in units of the Monte-Carlo error. */
import { dot, type Matrix, matrix } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../answer/answer.ts";
import {
	meanSquaredError,
	meanValue,
	relativeDistance,
	relativeDistanceGradient,
	relativeNorm,
	rootMeanSquareZ,
} from "../diagnostics/distance.ts";
import type { Problem } from "../problem/problem.ts";
import type { PosteriorMoment, SampledPoints } from "../samplers/moment-series.ts";
import { errorWeights, integrationErrorAlong, integrationOf, type RankedValue } from "./ranking.ts";
import type { ComparedMoments, ProjectionError } from "./verdict.ts";

/** How far an estimate is from the sampled one. */
export interface Distance {
	/** |theory - sampled| / |sampled|, Euclidean (Frobenius) norms over all entries; absent when only the sampled one is 0. */
	readonly relative?: number;
	/**
	 * Standard error of `relative`, of the samples and of the theory's own averages over nodes, by the delta method: it means little once
	 * it is as large as `relative`. Absent where the error of those averages is not known.
	 */
	readonly standardError?: number;
	/** Root mean square of (theory - sampled) / MCSE: about 1 when only sampling noise is left; absent when an MCSE is 0. */
	readonly inStandardErrors?: number;
}

/** One line of the comparison: a theory, or the sampled network itself. */
export interface ComparisonRow {
	/** Theory id, or the sampler's id in the row of the sampled network. */
	readonly id: string;
	/** Mean of (mean* - y*)^2 over the test points, when the problem has test targets. */
	readonly testError?: number;
	readonly testErrorStandardError?: number;
	/** Test error plus mean posterior variance at the test points: bias^2 + variance. */
	readonly generalizationError?: number;
	readonly generalizationErrorStandardError?: number;
	/** Absent where the theory gives no mean, or no variance. */
	readonly mean?: Distance;
	readonly variance?: Distance;
	/** Distance of the posterior output kernel; absent where the theory gives none. */
	readonly kernel?: Distance;
	readonly logEvidence?: number;
	readonly logEvidenceStandardError?: number;
	readonly converged: boolean;
}

/** Every theory measured against the sampled network. */
export interface Comparison {
	/** Where the distances are measured: the training points only of a problem without test inputs. */
	readonly points: SampledPoints;
	readonly theories: readonly ComparisonRow[];
	readonly sampled: ComparisonRow;
	/** |MCSE| / |estimate|: relative distances near or below these say nothing. */
	readonly noiseFloor: { readonly mean?: number; readonly variance?: number; readonly kernel?: number };
}

/** Where theories and sampled network are compared. */
export function comparedPoints(problem: Problem): SampledPoints {
	return problem.testInputs === undefined ? "train" : "test";
}

/**
 * Posterior mean and variance at the compared points: P* x D each, or P x D. The problem must have these points; a theory may
 * still give no variance there, or nothing.
 */
export function predictionAt(points: SampledPoints, answer: SampledAnswer): ComparedMoments;
export function predictionAt(points: SampledPoints, answer: Answer): Partial<ComparedMoments>;
export function predictionAt(
	points: SampledPoints,
	answer: Answer | SampledAnswer,
): Partial<ComparedMoments> {
	const [mean, variance] =
		points === "test" ? [answer.testMean, answer.testVariance] : [answer.trainMean, answer.trainVariance];
	return { ...(mean && { mean }), ...(variance && { variance }) };
}

function errors(problem: Problem, points: SampledPoints, { mean, variance }: Partial<ComparedMoments>) {
	const targets = problem.testTargets;
	if (points === "train" || targets === undefined || mean === undefined) return {};
	const testError = meanSquaredError(mean, targets);
	return { testError, ...(variance && { generalizationError: testError + meanValue(variance) }) };
}

/** What a row says of an answer without any samples. */
export function theoryRow(problem: Problem, answer: Answer): ComparisonRow {
	const points = comparedPoints(problem);
	return {
		id: answer.theory,
		...errors(problem, points, predictionAt(points, answer)),
		...(answer.logEvidence === undefined ? {} : { logEvidence: answer.logEvidence }),
		converged: answer.convergence.converged,
	};
}

/**
 * Measures every answer against the sampled network. All answers must be of the same problem.
 * Variances are those of the noise-free output f; kernels are compared at the training points.
 *
 * @param projectionError gives the distances of mean and variance their standard errors
 */
export function compareWithSamples(
	problem: Problem,
	answers: readonly Answer[],
	sampled: SampledAnswer,
	projectionError?: ProjectionError,
): Comparison {
	const points = comparedPoints(problem);
	const truth = predictionAt(points, sampled);
	const meanError = points === "test" ? sampled.testMeanStandardError! : sampled.trainMeanStandardError;
	const varianceError =
		points === "test" ? sampled.testVarianceStandardError! : sampled.trainVarianceStandardError;
	const kernel = sampled.kernels.output as Matrix;
	const kernelError = sampled.kernelStandardErrors.output as Matrix | undefined;
	const distance = (
		estimate: Matrix,
		reference: Matrix,
		standardError: Matrix | undefined,
		moment?: PosteriorMoment,
		integration: Omit<RankedValue, "value"> = {},
	): Distance => {
		const gradient = moment && projectionError && relativeDistanceGradient(estimate, reference);
		const sampling = gradient && projectionError(gradient, moment);
		const own = relativeIntegrationError({ value: estimate, ...integration }, reference);
		const both = sampling !== undefined && own > 0 ? Math.hypot(sampling, own) : sampling;
		return present({
			relative: relativeDistance(estimate, reference),
			standardError: both === Number.POSITIVE_INFINITY ? undefined : both,
			inStandardErrors: standardError && rootMeanSquareZ(estimate, reference, standardError),
		});
	};
	const moment = (answer: Answer, name: PosteriorMoment, estimate: Matrix, standardError: Matrix) =>
		distance(estimate, truth[name], standardError, name, integrationOf(answer, name, points));
	return {
		points,
		theories: answers.map((answer) => {
			const { mean, variance } = predictionAt(points, answer);
			const output = posteriorKernel(answer);
			return {
				...theoryRow(problem, answer),
				...(mean && { mean: moment(answer, "mean", mean, meanError) }),
				...(variance && { variance: moment(answer, "variance", variance, varianceError) }),
				...(output === undefined ? {} : { kernel: distance(output, kernel, kernelError) }),
			};
		}),
		sampled: sampledRow(sampled),
		noiseFloor: present({
			mean: relativeNorm(meanError, truth.mean),
			variance: relativeNorm(varianceError, truth.variance),
			kernel: kernelError && relativeNorm(kernelError, kernel),
		}),
	};
}

/** `kernels.output`, and what an expansion around it adds: `kernels.outputShift`. */
export function posteriorKernel({ kernels }: Answer): Matrix | undefined {
	const [output, shift] = [kernels.output, kernels.outputShift] as (Matrix | undefined)[];
	if (output === undefined || shift === undefined) return output;
	return matrix(
		output.rows,
		output.columns,
		output.data.map((value, i) => value + shift.data[i]!),
	);
}

/** What the theory's own averages leave in |theory - sampled| / |sampled|; 0 where it has no derivative. */
function relativeIntegrationError(theory: RankedValue, sampled: Matrix): number {
	const weights = errorWeights(theory.value, sampled);
	const scale = Math.sqrt(dot(weights, weights) * dot(sampled.data, sampled.data));
	return scale === 0 ? 0 : integrationErrorAlong(theory, weights) / scale;
}

function sampledRow({
	sampler,
	generalizationError: error,
	logEvidence,
	logEvidenceStandardError,
	convergence,
}: SampledAnswer): ComparisonRow {
	return {
		id: sampler,
		...present({
			testError: error?.biasSquared,
			testErrorStandardError: error?.biasSquaredStandardError,
			generalizationError: error?.total,
			generalizationErrorStandardError: error?.totalStandardError,
			logEvidence,
			logEvidenceStandardError,
		}),
		converged: convergence.converged,
	};
}

/** Leaves out what is undefined. */
function present<Name extends string>(
	numbers: Record<Name, number | undefined>,
): { [name in Name]?: number } {
	return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)) as {
		[name in Name]?: number;
	};
}
