import { type Matrix, matrix, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { inverseByElimination, noisy } from "./elimination.ts";
import { engine, erfProblem, kernel, solve } from "./erf-problem.ts";

describe("kernels", () => {
	it("gives Q K as predictor, and the feature kernel of equation (7) as output", () => {
		const { kernels, orderParameters, trainMean } = solve(erfProblem);
		const Q = (orderParameters.Q as number[])[0]!;
		const scaled = matrix(
			6,
			6,
			kernel.data.map((k) => Q * k),
		);
		expect(largestDifference(kernels.predictor as Matrix, scaled)).toBeLessThan(1e-15);
		// K b = mean / Q and K A^-1 K by a factorization of A, independent of the eigenbasis.
		const Kb = trainMean!.data.map((m) => m / Q);
		const inverse = inverseByElimination(noisy(scaled, 0.1));
		const KAK = multiply(engine, multiply(engine, kernel, inverse), kernel);
		const expected = matrix(
			6,
			6,
			kernel.data.map((k, e) => k + (Q / 5) * (Kb[Math.floor(e / 6)]! * Kb[e % 6]! - KAK.data[e]!)),
		);
		expect(largestDifference(kernels.output as Matrix, expected)).toBeLessThan(1e-13);
	});
});

describe("refusals", () => {
	const convolution = convolutionLayer("erf");
	const twoOutputs = { trainTargets: normalMatrix(6, 2, 4) };
	it.each([
		[
			"two outputs and two layers",
			smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")]), twoOutputs),
			"kernel-rescaling handles one hidden layer when there are several outputs; this network has L = 2.",
		],
		[
			"two convolutions",
			smallProblem(networkOf([convolution, { ...convolution, patch: 2, stride: 2 }])),
			"kernel-rescaling handles one convolutional layer with stride = patch; this network has L = 2 layers.",
		],
		[
			"a convolution",
			smallProblem(networkOf([convolution])),
			"kernel-rescaling is available for dense layers only; a convolution wants a matrix of scales over its patches.",
		],
		[
			"two outputs",
			smallProblem(networkOf([denseLayer("erf")]), twoOutputs),
			"kernel-rescaling is available for one output only; this problem has D = 2, which want a matrix of scales.",
		],
	])("%s", (_name, problem, sentence) => {
		expect(findTheory("kernel-rescaling").applies(problem)).toBe(sentence);
		expect(messageOf(() => solve(problem))).toBe(sentence);
	});

	it("a singular kernel without noise", () => {
		const linear = networkOf([denseLayer("linear")]);
		const problem = smallProblem(linear, { trainInputs: normalMatrix(6, 4, 1), noiseVariance: 0 });
		const { testInputs: _, ...withoutTest } = problem;
		expect(messageOf(() => solve(withoutTest))).toBe(
			"noiseVariance is 0 and the prior kernel has rank 4 < P = 6: the zero-noise formulas need full rank; give a positive noiseVariance.",
		);
	});

	it("names the prior kernel also where the mean term is included, if it is singular itself", () => {
		const inputs = normalMatrix(6, 4, 1);
		inputs.data.copyWithin(4, 0, 4);
		const { testInputs: _, ...problem } = smallProblem(networkOf([denseLayer("relu")]), {
			trainInputs: inputs,
			noiseVariance: 0,
		});
		expect(messageOf(() => solve(problem))).toBe(
			"noiseVariance is 0 and the prior kernel has rank 5 < P = 6: the zero-noise formulas need full rank; give a positive noiseVariance.",
		);
		// A kernel of rank 1 that its mean fills: sigmoid at zero inputs.
		const { testInputs: __, ...one } = smallProblem(networkOf([denseLayer("sigmoid")]), {
			trainInputs: matrix(1, 4),
			trainTargets: matrix(1, 1, Float64Array.of(1)),
			noiseVariance: 0,
		});
		expect(messageOf(() => solve(one))).toBe(
			"noiseVariance is 0 and the prior kernel without its mean part has rank 0 < P = 1: the zero-noise formulas need full rank; give a positive noiseVariance.",
		);
	});

	it("zero targets without noise for P >= N", () => {
		const problem = smallProblem(erfProblem.network, { trainTargets: matrix(6, 1), noiseVariance: 0 });
		expect(messageOf(() => solve(problem))).toBe(
			"trainTargets: wanted targets that are not all zero when noiseVariance is 0 and P >= N; got zeros for P = 6 and N = 5. The action has no stationary point; give a positive noiseVariance.",
		);
	});

	it("wrong options", () => {
		expect(messageOf(() => solve(erfProblem, { recursion: "deep" }))).toBe(
			'recursion must be vanilla, nested or full; got "deep".',
		);
		expect(messageOf(() => solve(erfProblem, { recursionn: "full" }))).toMatch(/^options/);
	});
});
