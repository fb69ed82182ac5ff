/** Linear networks: branches and several saddles. That it is the saddle of other theories: equalities.test.ts. */
import { type Matrix, matrix, multiply, trace } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { distance, engine } from "../../helpers/answers.ts";
import { denseLayer, networkOf, normalMatrix, permuteRows, smallProblem } from "../../helpers/problems.ts";
import { evidenceOf, evidenceSlopes, saddleOf } from "./saddle-problems.ts";

const linear = (count: number, changes = {}) =>
	Array.from({ length: count }, () => denseLayer("linear", changes));

const problems: Record<string, Problem> = {
	"one layer": smallProblem(networkOf(linear(1))),
	"two layers of different widths": smallProblem(
		networkOf([denseLayer("linear"), denseLayer("linear", { width: 30 })]),
	),
	"mean-field, one layer": smallProblem(networkOf(linear(1), { scaling: "mean-field" }), {
		noiseVariance: 0.005,
	}),
	"more points than inputs": smallProblem(networkOf(linear(2)), {
		trainInputs: normalMatrix(12, 4, 1),
		trainTargets: normalMatrix(12, 1, 2),
		testInputs: normalMatrix(3, 4, 3),
	}),
	"biases in every layer": smallProblem(networkOf(linear(2, { biasVariance: 0.2 }))),
	"two outputs": smallProblem(networkOf(linear(2)), { trainTargets: normalMatrix(6, 2, 4) }),
	"fewer units than outputs": smallProblem(networkOf(linear(1, { width: 1 })), {
		trainTargets: normalMatrix(6, 2, 4),
	}),
	// Modes of K with slopes below -5, at which the first step of the iteration is too long.
	"labels far above the noise": smallProblem(networkOf(linear(2), { scaling: "mean-field" }), {
		trainTargets: scaledTargets(8),
		noiseVariance: 0.003,
	}),
};

function scaledTargets(factor: number): Matrix {
	const { rows, columns, data } = normalMatrix(6, 1, 2);
	return matrix(
		rows,
		columns,
		data.map((y) => factor * y),
	);
}

/** One point with noise of 100 times its kernel: the equation of the tree has three roots. */
const threeRoots = smallProblem(
	networkOf(linear(2, { weightVariance: 1 }), { readout: { weightVariance: 0.01, biasVariance: 0 } }),
	{
		trainInputs: matrix(1, 1, Float64Array.of(1)),
		trainTargets: matrix(1, 1, Float64Array.of(22.7)),
		testInputs: matrix(1, 1, Float64Array.of(2)),
		noiseVariance: 1,
	},
);

describe.each(Object.entries(problems))("%s", (_name, problem) => {
	it("has -R y as the derivative of the log evidence", () => {
		const direction = normalMatrix(problem.trainTargets.rows, problem.trainTargets.columns, 9);
		const { difference, expected } = evidenceSlopes(problem, direction, 1e-3, (changed) =>
			evidenceOf(saddleOf(changed)),
		);
		// Central differences: 1e-6 times third derivatives, of order 1 to 100 in units of the first.
		expect(Math.abs(difference - expected)).toBeLessThan(1e-4 * Math.abs(expected));
	});
});

it("solves strong learning beyond the fold", () => {
	const problem = smallProblem(networkOf(linear(3), { scaling: "mean-field" }), { noiseVariance: 0.001 });
	const { convergence, validity, kernels, orderParameters } = saddleOf(problem);
	expect(convergence.converged).toBe(true);
	const b = orderParameters.conservedMatrixLargestEigenvalue as number;
	const margin = 1 - (3 * 2 * b) / (20 + 2 * b);
	expect(margin).toBeLessThan(0);
	expect(validity.find(({ name }) => name === "branch")).toEqual({
		name: "branch",
		value: "upper",
		message: `the largest eigenvalue ${b.toPrecision(4)} of the conserved matrix is on the upper branch: 1 - q f' = ${margin.toPrecision(4)}, 0 at the fold`,
	});
	// B = C^(l) Ct^(l) is the same for all layers.
	const layerKernels = [...(kernels.preactivation as readonly Matrix[]).slice(1), kernels.output as Matrix];
	const [first, ...others] = (kernels.conjugate as readonly Matrix[]).map((conjugate, l) =>
		multiply(engine, layerKernels[l]!, conjugate),
	);
	expect(others.length).toBe(2);
	for (const B of others) expect(distance(B, first!)).toBeLessThan(1e-9);
	expect(trace(first!)).toBeCloseTo(orderParameters.conservedMatrixTrace as number, 8);
});

it("reports every saddle and takes the one with the largest log evidence", () => {
	const { orderParameters, validity, convergence, logEvidence } = saddleOf(threeRoots);
	expect(convergence.converged).toBe(true);
	const { rows, data } = orderParameters.roots as Matrix;
	expect(rows).toBe(2);
	const [low, below, high, none] = data as unknown as [number, number, number, number];
	expect(none).toBe(0);
	expect(orderParameters.conservedMatrixLargestEigenvalue).toBe(high);
	// For one point (14) is one equation: K = K0 (1 + 2 b/N)^2, b = (K R^2 y^2 - K R)/2.
	const [N, y] = [20, 22.7];
	const evidence = (b: number) => {
		const K = 0.01 * (1 + (2 * b) / N) ** 2;
		const R = 1 / (K + 1);
		expect(0.5 * K * R * (R * y * y - 1)).toBeCloseTo(b, 8);
		return (
			2 * ((N / 2) * Math.log(1 + (2 * b) / N) - b) - 0.5 * (y * y * R - Math.log(R) + Math.log(2 * Math.PI))
		);
	};
	expect(evidence(high)).toBeCloseTo(logEvidence!, 8);
	expect(evidence(high) - evidence(low)).toBeCloseTo(below, 8);
	expect(validity.find(({ name }) => name === "saddles")).toEqual({
		name: "saddles",
		value: 2,
		message:
			"this saddle has the largest log evidence; that of the others is smaller by 0.0464: the posterior is a mixture of them, which no single saddle shows; compare with deep-linear",
	});
});

it("does not depend on the order of the training points", () => {
	const problem = problems["two layers of different widths"]!;
	const order = [3, 1, 5, 0, 4, 2];
	const [one, two] = [
		saddleOf(problem),
		saddleOf({
			...problem,
			trainInputs: permuteRows(problem.trainInputs, order),
			trainTargets: permuteRows(problem.trainTargets, order),
		}),
	];
	expect(distance(two.testMean!, one.testMean!)).toBeLessThan(1e-10);
	expect(distance(two.trainMean!, permuteRows(one.trainMean!, order))).toBeLessThan(1e-10);
});

it("does not answer where fewer units than outputs leave no saddle without noise", () => {
	// In a direction without labels K = (1 - D/N) K0 < 0; with noise K is positive, and "fewer units than outputs" has a saddle.
	const problem = smallProblem(networkOf(linear(1, { width: 1 })), {
		trainTargets: normalMatrix(6, 2, 4),
		noiseVariance: 0,
	});
	const answer = saddleOf(problem);
	expect(answer.convergence.converged).toBe(false);
	expect(answer.convergence.advice).toBe(
		"The fixed point of the output kernel was not reached: raise noiseVariance or the widths, or use multi-scale.",
	);
	expect(answer.testMean).toBeUndefined();
	expect(answer.absent.testMean).toBe("the equations of the most probable kernels were not solved");
});

it("says that inputs of zero leave no kernel to change", () => {
	const answer = saddleOf(
		smallProblem(networkOf(linear(2)), { trainInputs: matrix(6, 12), testInputs: matrix(3, 12) }),
	);
	expect(answer.convergence.converged).toBe(true);
	expect(Array.from(answer.testMean!.data)).toEqual([0, 0, 0]);
	expect(answer.validity.find(({ name }) => name === "relativeKernelChange")!.value).toBe(0);
});
