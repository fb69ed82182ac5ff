/** Deep nonlinear networks: the equations on a grid that leaves no error, then random points against it. */
import { type Matrix, matrix, symmetricEigenvalues } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { covarianceRoot } from "../../../src/theories/finite-width-correction/principal-axes.ts";
import { infiniteWidthKernels, kernelMaps } from "../../../src/theories/map-kernels/layers.ts";
import {
	type DeepProblem,
	deepPoints,
} from "../../../src/theories/map-kernels/saddle/deep/deep-equations.ts";
import { outputBlocks } from "../../../src/theories/map-kernels/saddle/deep/extend-deep.ts";
import { findDeepSaddle } from "../../../src/theories/map-kernels/saddle/deep/find-deep-saddle.ts";
import { logEvidence } from "../../../src/theories/map-kernels/saddle/deep/judged.ts";
import { tooFewEffective } from "../../../src/theories/map-kernels/saddle/effective-fraction.ts";
import { trapezoidRule } from "../../../src/tilted-unit/index.ts";
import { answerOf, distance, engine } from "../../helpers/answers.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../../helpers/problems.ts";
import { evidenceSlopes, saddleOf } from "./saddle-problems.ts";

/** Two training points: every average is over a plane. The first test point is the second training point. */
const pair: Problem = smallProblem(
	networkOf([
		denseLayer("erf", { width: 6, biasVariance: 0.2 }),
		denseLayer("tanh", { width: 9, biasVariance: 0.1 }),
	]),
	{
		trainInputs: normalMatrix(2, 4, 1),
		trainTargets: matrix(2, 1, Float64Array.of(1.5, -0.7)),
		testInputs: matrix(
			2,
			4,
			Float64Array.of(...normalMatrix(2, 4, 1).data.subarray(4), ...normalMatrix(1, 4, 5).data),
		),
	},
);

/** The saddle on a grid: step and radius leave 1e-10 of averages of erf and tanh. */
function onGrid(problem: Problem) {
	const layers = kernelMaps(problem.network);
	const kernels = infiniteWidthKernels(priorKernels(engine, problem));
	const inputs = kernels[0]!;
	const deep: DeepProblem = {
		layers,
		inputs: inputs.train,
		inputFactor: covarianceRoot(engine, inputs.train),
		targets: problem.trainTargets,
		noiseVariance: problem.noiseVariance,
	};
	const points = deepPoints(
		engine,
		deep,
		layers.map(() => trapezoidRule(2, 0.15, 9)),
	);
	const start = kernels.slice(1).map(({ train }) => train);
	const saddle = findDeepSaddle(engine, deep, points, start, { accuracy: 1e-10 })!;
	return { deep, points, saddle, inputs };
}

describe("two layers on a grid", () => {
	const { deep, points, saddle, inputs } = onGrid(pair);

	it("are solved", () => {
		expect(saddle.converged).toBe(true);
		expect(saddle.residual).toBeLessThan(1e-10);
	});

	it("have -R y as the derivative of the log evidence, which needs all equations (3)-(6)", () => {
		const direction = matrix(2, 1, Float64Array.of(0.4, 1));
		const { difference, expected } = evidenceSlopes(pair, direction, 1e-3, (problem) => {
			const solved = onGrid(problem);
			return {
				logEvidence: logEvidence(solved.deep, solved.saddle),
				dualField: solved.saddle.force.discrepancy.data,
			};
		});
		// Central differences: 1e-6 times third derivatives of order 1; 1e-10 of the kernels over the step.
		expect(Math.abs(difference - expected)).toBeLessThan(1e-5 * Math.abs(expected));
	});

	it("give a test point on a training point its kernel", () => {
		const { train, test } = outputBlocks(engine, deep, points, saddle, inputs).blocks;
		// The variance that is left to it, 0 to rounding, enters by its root.
		expect(Math.abs(test!.cross.data[0]! - train.data[2]!)).toBeLessThan(1e-7);
		expect(Math.abs(test!.diagonal[0]! - train.data[3]!)).toBeLessThan(1e-7);
	});

	it("are what random points say within their error", () => {
		const answer = saddleOf(pair, { samples: 16384 });
		const error = answer.validity.find(({ name }) => name === "integrationError")!.value as number;
		const { discrepancy } = saddle.force;
		const most = answer.trainMean!.data.reduce((worst, mean, a) => {
			const expected = pair.trainTargets.data[a]! - pair.noiseVariance * discrepancy.data[a]!;
			return Math.max(worst, Math.abs(mean - expected));
		}, 0);
		// The error is the largest over all points.
		expect(most / error).toBeLessThan(4);
		expect(error).toBeLessThan(1e-3);
		expect(distance(answer.kernels.output as Matrix, saddle.kernels[1]!)).toBeLessThan(2e-3);
	});
});

it("goes to nngp as the widths grow", () => {
	const wide = smallProblem(
		networkOf([denseLayer("erf", { width: 1e6 }), denseLayer("erf", { width: 1e6 })]),
	);
	const [answer, infinite] = [saddleOf(wide, { samples: 1024 }), answerOf("nngp", wide)];
	// The change is of order P/N; the control variate leaves no error of the points but in that change.
	expect(distance(answer.testMean!, infinite.testMean!)).toBeLessThan(1e-4);
	expect(Math.abs(answer.logEvidence! - infinite.logEvidence!)).toBeLessThan(1e-3);
});

it("solves strong learning in the mean-field scaling, several outputs, with a covariance", () => {
	const problem = smallProblem(
		networkOf([denseLayer("erf", { width: 30 }), denseLayer("erf", { width: 30 })], {
			scaling: "mean-field",
		}),
		{ noiseVariance: 0.1 / 30, trainTargets: normalMatrix(6, 2, 4) },
	);
	const answer = saddleOf(problem, { samples: 4096 }, true);
	expect(answer.convergence.converged).toBe(true);
	expect(answer.validity.find(({ name }) => name === "relativeKernelChange")!.value).toBeGreaterThan(0.3);
	const covariance = answer.testCovariance!;
	// Mehler's formula and the conditional nodes leave 1e-6 of the variances.
	for (let b = 0; b < 3; b++) {
		expect(Math.abs(covariance.data[4 * b]! / answer.testVariance!.data[2 * b]! - 1)).toBeLessThan(1e-5);
	}
	expect(symmetricEigenvalues(engine, covariance)[0]).toBeGreaterThan(0);
});

it("refuses averages that hang on too few points", () => {
	expect(tooFewEffective(0.003, 12, 1e-9)).toEqual({
		converged: false,
		iterations: 12,
		residual: 1e-9,
		advice:
			"The tilted average has effective sample size 0.0030 (at least 0.05 is needed): the numbers say nothing about the theory. Use more samples, a larger width, or a sampler.",
	});
});
