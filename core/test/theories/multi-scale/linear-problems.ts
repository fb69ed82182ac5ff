import { type Matrix, matrix } from "@finitude/engine";
import type { Answer, Network, Problem } from "../../../src/index.ts";
import { answerOf } from "../../helpers/answers.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../../helpers/problems.ts";

export type Variant = "tree" | "one-loop" | "self-consistent";

export const solve = (problem: Problem, variant: Variant, covariance = false): Answer =>
	answerOf("multi-scale", problem, { variant }, covariance);

/** Linear layers of these widths, with weight variances that differ. */
export function linearNetwork(widths: readonly number[], changes: Partial<Network> = {}): Network {
	return networkOf(
		widths.map((width, l) => denseLayer("linear", { width, weightVariance: 1.5 - 0.3 * l })),
		changes,
	);
}

/** P points in d dimensions; more points than dimensions make the kernel singular. */
export function linearProblem(widths: readonly number[], changes: Partial<Problem> = {}): Problem {
	return smallProblem(linearNetwork(widths), changes);
}

export const meanField = { scaling: "mean-field" } as const;

/** Every kind of linear network with one output. */
export const oneOutputProblems: Record<string, Problem> = {
	"one layer": linearProblem([20]),
	"three layers of different widths": linearProblem([20, 7, 30]),
	"mean-field scaling": smallProblem(linearNetwork([25, 25], meanField), { noiseVariance: 0.01 }),
	"more points than inputs and units": smallProblem(linearNetwork([5]), {
		trainInputs: normalMatrix(9, 3, 1),
		trainTargets: normalMatrix(9, 1, 2),
		testInputs: normalMatrix(3, 3, 3),
	}),
	"bias in the first layer": smallProblem(
		networkOf([denseLayer("linear", { biasVariance: 0.4 }), denseLayer("linear", { width: 9 })]),
	),
};

export const numbers = (answer: Answer, name: string): number[] => answer.orderParameters[name] as number[];

export const scaleOf = (answer: Answer): number => answer.orderParameters.scale as number;

export function rows(m: Matrix): number[][] {
	return Array.from({ length: m.rows }, (_, i) =>
		Array.from(m.data.subarray(i * m.columns, (i + 1) * m.columns)),
	);
}

/** y with one entry changed. */
export function shiftedTargets(problem: Problem, at: number, by: number): Problem {
	const { rows, columns, data } = problem.trainTargets;
	return {
		...problem,
		trainTargets: matrix(
			rows,
			columns,
			data.map((y, i) => (i === at ? y + by : y)),
		),
	};
}
