/** The figure of `finitude compare`. */
import {
	type Answer,
	comparedPoints,
	type Experiment,
	predictionAt,
	type SampledAnswer,
} from "@finitude/core";
import {
	type ComparisonFigureData,
	compareFigure,
	type Distances,
	type TheorySeries,
} from "@finitude/core/figures";
import type { Matrix } from "@finitude/engine";
import type { ComparisonRun, SampledComparison } from "../comparison/run-comparison.ts";
import { createDocument } from "./document.ts";
import { experimentSubtitle } from "./experiment-subtitle.ts";

/** Drawn for the first output: one output has one posterior, and several would not fit. */
const OUTPUT = 0;

/** A standalone SVG document; undefined when no theory gave a mean, which leaves nothing to draw. */
export function comparisonFigure(run: ComparisonRun, experiment: Experiment): string | undefined {
	const data = figureData(run, experiment);
	return data.theories.length === 0 ? undefined : compareFigure(data, createDocument());
}

function figureData(run: ComparisonRun, experiment: Experiment): ComparisonFigureData {
	const { problem } = experiment;
	const points = comparedPoints(problem);
	const answers = run.outcomes.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));
	const withoutMean = answers.filter((answer) => predictionAt(points, answer).mean === undefined);
	const inputs = points === "test" ? problem.testInputs! : problem.trainInputs;
	const targets = points === "test" ? problem.testTargets : problem.trainTargets;
	const outputs = problem.trainTargets.columns;
	return {
		title: experiment.name,
		subtitle: experimentSubtitle(experiment),
		points: points === "test" ? "test" : "training",
		...(outputs > 1 ? { output: { index: OUTPUT, count: outputs } } : {}),
		...(inputs.columns === 1
			? {
					testInputs: column(inputs, 0),
					training: { inputs: column(problem.trainInputs, 0), targets: column(problem.trainTargets, OUTPUT) },
				}
			: {}),
		...(targets === undefined ? {} : { testTargets: column(targets, OUTPUT) }),
		...(run.sampling === undefined ? {} : { sampled: sampledSeries(run.sampling) }),
		theories: answers.flatMap((answer) => theorySeries(answer, run.sampling, points)),
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
	sampling: SampledComparison | undefined,
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

function distancesOf(id: string, { comparison }: SampledComparison): Distances {
	const row = comparison.theories.find((candidate) => candidate.id === id)!;
	return Object.fromEntries(
		(["mean", "variance", "kernel"] as const).flatMap((name) => {
			const value = row[name]?.relative;
			return value === undefined ? [] : [[name, { value }]];
		}),
	);
}

function sampledSeries({
	answer,
	comparison,
}: SampledComparison): NonNullable<ComparisonFigureData["sampled"]> {
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
