/** Theories against the sampled network: every distance in its own units and in units of the Monte-Carlo error. */
import type { Matrix } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../answer/answer.ts";
import type { Problem } from "../problem/problem.ts";
import type { SampledPoints } from "../samplers/moment-series.ts";
import { meanSquaredError, meanValue, relativeDistance, relativeNorm, rootMeanSquareZ } from "./distance.ts";

/** How far an estimate is from the sampled one. */
export interface Distance {
	/** |theory - sampled| / |sampled|, Euclidean (Frobenius) norms over all entries; absent when only the sampled one is 0. */
	readonly relative?: number;
	/** Root mean square of (theory - sampled) / MCSE: about 1 when only sampling noise is left; absent when an MCSE is 0. */
	readonly inStandardErrors?: number;
}

/** One line of the comparison: a theory, or the sampled network itself. */
export interface ComparisonRow {
	/** Theory id, or the sampler's id in the row of the sampled network. */
	readonly id: string;
	/** Mean of (mean* - y*)^2 over the test points, when the problem has test targets. */
	readonly testError?: number;
	/** Test error plus mean posterior variance at the test points: bias^2 + variance. */
	readonly generalizationError?: number;
	readonly mean?: Distance;
	readonly variance?: Distance;
	/** Distance of `kernels.output`; absent when the theory gives none. */
	readonly kernel?: Distance;
	readonly logEvidence?: number;
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

/** Posterior mean and variance at the compared points: P* x D each, or P x D. The answer must have these points. */
export function predictionAt(
	points: SampledPoints,
	answer: Pick<Answer, "trainMean" | "trainVariance" | "testMean" | "testVariance">,
): { mean: Matrix; variance: Matrix } {
	return points === "test"
		? { mean: answer.testMean!, variance: answer.testVariance! }
		: { mean: answer.trainMean, variance: answer.trainVariance };
}

function errors(problem: Problem, points: SampledPoints, mean: Matrix, variance: Matrix) {
	const targets = problem.testTargets;
	if (points === "train" || targets === undefined) return {};
	const testError = meanSquaredError(mean, targets);
	return { testError, generalizationError: testError + meanValue(variance) };
}

/** What a row says of an answer without any samples. */
export function theoryRow(problem: Problem, answer: Answer): ComparisonRow {
	const points = comparedPoints(problem);
	const { mean, variance } = predictionAt(points, answer);
	return {
		id: answer.theory,
		...errors(problem, points, mean, variance),
		...(answer.logEvidence === undefined ? {} : { logEvidence: answer.logEvidence }),
		converged: answer.convergence.converged,
	};
}

/**
 * Measures every answer against the sampled network. All answers must be of the same problem.
 * Variances are those of the noise-free output f; kernels are compared at the training points.
 */
export function compareWithSamples(
	problem: Problem,
	answers: readonly Answer[],
	sampled: SampledAnswer,
): Comparison {
	const points = comparedPoints(problem);
	const truth = predictionAt(points, sampled);
	const meanError = points === "test" ? sampled.testMeanStandardError! : sampled.trainMeanStandardError;
	const varianceError =
		points === "test" ? sampled.testVarianceStandardError! : sampled.trainVarianceStandardError;
	const kernel = sampled.kernels.output as Matrix;
	const kernelError = sampled.kernelStandardErrors.output as Matrix;
	const distance = (estimate: Matrix, reference: Matrix, standardError: Matrix): Distance =>
		present({
			relative: relativeDistance(estimate, reference),
			inStandardErrors: rootMeanSquareZ(estimate, reference, standardError),
		});
	return {
		points,
		theories: answers.map((answer) => {
			const { mean, variance } = predictionAt(points, answer);
			const output = answer.kernels.output as Matrix | undefined;
			return {
				...theoryRow(problem, answer),
				mean: distance(mean, truth.mean, meanError),
				variance: distance(variance, truth.variance, varianceError),
				...(output === undefined ? {} : { kernel: distance(output, kernel, kernelError) }),
			};
		}),
		sampled: {
			id: sampled.sampler,
			...errors(problem, points, truth.mean, truth.variance),
			...(sampled.logEvidence === undefined ? {} : { logEvidence: sampled.logEvidence }),
			converged: sampled.convergence.converged,
		},
		noiseFloor: present({
			mean: relativeNorm(meanError, truth.mean),
			variance: relativeNorm(varianceError, truth.variance),
			kernel: relativeNorm(kernelError, kernel),
		}),
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
