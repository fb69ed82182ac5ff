/** Answers of theories and of the sampled network as the comparison figure draws them. */
import type { Matrix } from "@finitude/engine";
import type { Answer, SampledAnswer } from "../answer/answer.ts";
import { type Comparison, comparedPoints, predictionAt } from "../experiments/comparison.ts";
import type { Problem } from "../problem/problem.ts";
import type { ComparisonFigureData, Distances, TheorySeries } from "./figure-data.ts";
import { problemSubtitle } from "./problem-subtitle.ts";

/** The sampled network, and theories measured against it. */
export interface ComparedSamples {
	readonly answer: SampledAnswer;
	readonly comparison: Comparison;
}

/** Drawn for the first output: one output has one posterior, and several would not fit. */
const OUTPUT = 0;

/**
 * What `compareFigure` draws of one problem: at the test points, or at the training points of a problem without.
 *
 * @param answers of theories, the baseline first; those without a mean are named under `withoutMean`
 * @param sampling gives its distances to those of the answers that it has measured
 */
export function comparisonFigureData(
	{ name, problem }: { readonly name: string; readonly problem: Problem },
	answers: readonly Answer[],
	sampling?: ComparedSamples,
): ComparisonFigureData {
	const points = comparedPoints(problem);
	const withoutMean = answers.filter((answer) => predictionAt(points, answer).mean === undefined);
	const inputs = points === "test" ? problem.testInputs! : problem.trainInputs;
	const targets = points === "test" ? problem.testTargets : problem.trainTargets;
	const outputs = problem.trainTargets.columns;
	return {
		title: name,
		subtitle: problemSubtitle(problem),
		points: points === "test" ? "test" : "training",
		...(outputs > 1 ? { output: { index: OUTPUT, count: outputs } } : {}),
		...(inputs.columns === 1
			? {
					testInputs: column(inputs, 0),
					training: { inputs: column(problem.trainInputs, 0), targets: column(problem.trainTargets, OUTPUT) },
				}
			: {}),
		...(targets === undefined ? {} : { testTargets: column(targets, OUTPUT) }),
		...(sampling === undefined ? {} : { sampled: sampledSeries(sampling) }),
		theories: answers.flatMap((answer) => theorySeries(answer, sampling, points)),
		...(withoutMean.length === 0
			? {}
			: {
					withoutMean: withoutMean.map(({ theory, convergence }) =>
						convergence.converged ? theory : `${theory} (not converged)`,
					),
				}),
	};
}

function theorySeries(
	answer: Answer,
	sampling: ComparedSamples | undefined,
	points: "train" | "test",
): TheorySeries[] {
	const { mean, variance } = predictionAt(points, answer);
	if (mean === undefined) return [];
	return [
		{
			id: answer.theory,
			label: answer.theory,
			mean: column(mean, OUTPUT),
			...(variance && { variance: column(variance, OUTPUT) }),
			...(sampling === undefined ? {} : { distances: distancesOf(answer.theory, sampling) }),
			converged: answer.convergence.converged,
		},
	];
}

function distancesOf(id: string, { comparison }: ComparedSamples): Distances {
	const row = comparison.theories.find((candidate) => candidate.id === id);
	return Object.fromEntries(
		(["mean", "variance", "kernel"] as const).flatMap((name) => {
			const value = row?.[name]?.relative;
			return value === undefined ? [] : [[name, { value }]];
		}),
	);
}

function sampledSeries({
	answer,
	comparison,
}: ComparedSamples): NonNullable<ComparisonFigureData["sampled"]> {
	const { mean, variance } = predictionAt(comparison.points, answer);
	return {
		label: `sampled network (${answer.sampler})`,
		mean: column(mean, OUTPUT),
		meanStandardError: column(standardError(answer, comparison.points, "Mean"), OUTPUT),
		variance: column(variance, OUTPUT),
		varianceStandardError: column(standardError(answer, comparison.points, "Variance"), OUTPUT),
		noiseFloor: comparison.noiseFloor,
		converged: answer.convergence.converged,
	};
}

function standardError(
	answer: SampledAnswer,
	points: "train" | "test",
	quantity: "Mean" | "Variance",
): Matrix {
	return answer[`${points}${quantity}StandardError`]!;
}

function column(m: Matrix, j: number): Float64Array {
	return Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.columns + j]!);
}
