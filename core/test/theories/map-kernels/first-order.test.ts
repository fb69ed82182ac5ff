/** Orders `first` and `complete-first`: against other theories, against the exact posterior, and what they say of themselves. */
import { createEngine, type Matrix, matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, findTheory, type Layer, type Problem, solveTheory } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";

const engine = await createEngine();
const theory = findTheory("map-kernels");
const solve = (problem: Problem, options: object = {}, covariance = false): Answer =>
	solveTheory(theory, problem, options, { engine, covariance, clock: () => 0 });
const dense = (activation: string, depth: number, width: number, changes: Partial<Problem> = {}): Problem =>
	smallProblem(
		networkOf(
			Array.from({ length: depth }, (): Layer => denseLayer(activation, { width, biasVariance: 0.1 })),
		),
		changes,
	);
const note = ({ validity }: Answer, name: string) => validity.find((one) => one.name === name);

describe("complete-first", () => {
	it.each([1, 2])("errs by 1/N^2 for linear networks of %i layers", (depth) => {
		const errors = [100, 200, 400].map((width) => {
			const problem = smallProblem(
				networkOf(Array.from({ length: depth }, (): Layer => denseLayer("linear", { width }))),
			);
			const exact = solveTheory(findTheory("deep-linear"), problem, {}, { engine, clock: () => 0 });
			return largestDifference(solve(problem, { order: "complete-first" }).testMean!, exact.testMean!);
		});
		for (const k of [0, 1]) {
			// Of order 1/N^3 are some percent.
			expect(errors[k]! / errors[k + 1]!).toBeGreaterThan(3.6);
			expect(errors[k]! / errors[k + 1]!).toBeLessThan(4.4);
		}
	});

	it("has the kernel of `first` where its prior mean does not shift, and the Gaussian process with it to first order", () => {
		const wide = dense("erf", 1, 1e5);
		const [complete, first] = [solve(wide, { order: "complete-first" }), solve(wide)];
		expect(largestDifference(complete.kernels.output as Matrix, first.kernels.output as Matrix)).toBeLessThan(
			1e-13,
		);
		// What is left is of order (P/N)^2 = 4e-9.
		const only = complete.orderParameters.kernelOnlyTestMean as Matrix;
		expect(largestDifference(only, first.testMean!)).toBeLessThan(1e-8);
		expect(largestDifference(only, complete.testMean!)).toBeGreaterThan(1e-6);
	});

	it("takes random points for activations without closed forms, and says how far they err", () => {
		const problem = dense("tanh", 1, 40);
		const answer = solve(problem, { order: "complete-first", samples: 2 ** 14 });
		const other = solveTheory(
			findTheory("finite-width-correction"),
			problem,
			{ samples: 2 ** 15, seed: 5 },
			{ engine, clock: () => 0 },
		);
		expect(note(answer, "averagingError")!.value).toBeLessThan(0.2);
		const correction = largestDifference(
			other.testMean!,
			solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 }).testMean!,
		);
		// Five times the larger standard error, as a part of the correction.
		expect(largestDifference(answer.testMean!, other.testMean!)).toBeLessThan(
			5 * (note(answer, "averagingError")!.value as number) * correction,
		);
	});

	it.each([
		[
			{ order: "complete-first" },
			dense("erf", 1, 20, { testInputs: normalMatrix(55, 12, 3) }),
			"order: wanted at most 60 training and test points together for order complete-first, whose cost grows as their fourth power; got complete-first with 61 points. Use order first, or theory finite-width-correction for one hidden layer.",
		],
		[
			{ order: "complete-first", selfConsistent: true },
			dense("erf", 1, 20),
			"selfConsistent: wanted order first: complete-first is an expansion around infinite width; got selfConsistent = true with order complete-first. Leave selfConsistent out, or use order first.",
		],
		[
			{ order: "saddle", selfConsistent: true },
			dense("erf", 1, 20),
			"selfConsistent: wanted order first: saddle is at the kernels that it gives; got selfConsistent = true with order saddle. Leave selfConsistent out, or use order first.",
		],
		[
			{ order: "complete-first", quadrature: "converged" },
			dense("tanh", 1, 20),
			"quadrature: wanted auto or sobol: the four-point moments of this activation are not known in closed form here; got converged, for tanh in layer 1.",
		],
		[
			{ quadrature: "converged" },
			dense("tanh", 1, 20),
			"quadrature: wanted auto or sobol: there are nodes for at most 3 inputs to a layer without a closed form; got converged, with 9 inputs to layer 1 (tanh).",
		],
	])("%j is refused", (options, problem, message) => {
		expect(messageOf(() => solve(problem, options))).toBe(message);
	});
});

describe("first", () => {
	it("agrees with its random points", () => {
		const problem = dense("erf", 2, 20);
		const [exact, sampled] = [
			solve(problem),
			solve(problem, { quadrature: "sobol", samples: 2 ** 15, seed: 2 }),
		];
		const error = note(sampled, "averagingError")!;
		// A quarter of the points that it may take suffices.
		expect(note(sampled, "effectiveSampleSize")!.value).toBe(2 ** 13);
		expect(error.value).toBeLessThan(0.02);
		const change = largestDifference(exact.kernels.output as Matrix, kernelOf("nngp", problem));
		const difference = largestDifference(exact.kernels.output as Matrix, sampled.kernels.output as Matrix);
		expect(difference).toBeGreaterThan(0);
		expect(difference).toBeLessThan(5 * (error.value as number) * change);
	});

	it("takes nodes for three inputs, to many digits", () => {
		const inputs = { trainInputs: normalMatrix(6, 2, 1), testInputs: normalMatrix(3, 2, 3) };
		const tanh = smallProblem(networkOf([denseLayer("tanh", { biasVariance: 0.2 })]), inputs);
		const answer = solve(tanh, { quadrature: "converged" });
		expect(note(answer, "averagingError")).toBeUndefined();
		const sampled = solve(tanh, { quadrature: "sobol", samples: 2 ** 16 });
		const change = largestDifference(answer.kernels.output as Matrix, kernelOf("nngp", tanh));
		const difference = largestDifference(answer.kernels.output as Matrix, sampled.kernels.output as Matrix);
		expect(difference).toBeLessThan(5 * (note(sampled, "averagingError")!.value as number) * change);
	});

	it("is its own self-consistent solution to order 1/N^2", () => {
		const differences = [1000, 2000].map((width) => {
			const problem = dense("erf", 2, width);
			const [strict, solved] = [solve(problem), solve(problem, { selfConsistent: true })];
			return largestDifference(strict.kernels.output as Matrix, solved.kernels.output as Matrix);
		});
		expect(differences[0]! / differences[1]!).toBeGreaterThan(3.6);
		expect(differences[0]! / differences[1]!).toBeLessThan(4.4);
	});

	it("gives one variance to all outputs, and the force of all of them", () => {
		const problem = dense("erf", 2, 50, { trainTargets: normalMatrix(6, 2, 4) });
		const { testVariance, kernels } = solve(problem);
		for (let s = 0; s < 3; s++) expect(testVariance!.data[2 * s]).toBe(testVariance!.data[2 * s + 1]);
		const column = (k: number) =>
			matrix(
				6,
				1,
				Float64Array.from({ length: 6 }, (_, i) => problem.trainTargets.data[2 * i + k]!),
			);
		const change = (one: Answer): Matrix => {
			const limit = kernelOf("nngp", problem);
			const { data } = one.kernels.output as Matrix;
			return matrix(
				6,
				6,
				data.map((x, i) => x - limit.data[i]!),
			);
		};
		// To first order the outputs pull one by one.
		const parts = [0, 1].map((k) => change(solve({ ...problem, trainTargets: column(k) })));
		const both = matrix(
			6,
			6,
			parts[0]!.data.map((x, i) => x + parts[1]!.data[i]!),
		);
		expect(largestDifference(both, change({ kernels } as Answer))).toBeLessThan(1e-14);
	});

	const strong = smallProblem(networkOf([denseLayer("erf", { width: 50 })], { scaling: "mean-field" }), {
		noiseVariance: 0.002,
		trainTargets: matrix(6, 1, Float64Array.of(3, -3, 3, -3, 3, -3)),
	});

	it("says that a corrected kernel is none", () => {
		const answer = solve(strong, {}, true);
		const { value, message } = note(answer, "indefiniteKernel")!;
		expect(value).toBeLessThan(0);
		expect(message).toBe(
			`first order is outside its range here: the corrected kernel has eigenvalue ${(value as number).toPrecision(3)}; use order saddle or theory multi-scale`,
		);
		// The formulas are evaluated all the same: mean y - kappa Delta.
		const dual = answer.orderParameters.dualField as Matrix;
		const mean = strong.trainTargets.data.map((y, i) => y - strong.noiseVariance * dual.data[i]!);
		expect(largestDifference(answer.trainMean!, matrix(6, 1, mean))).toBeLessThan(1e-11);
		expect(note(answer, "expansion")!.message).toContain("cannot be trusted");
	});

	it("never shows the last iterate where its equations have no solution", () => {
		const answer = solve(strong, { selfConsistent: true });
		expect(answer.convergence.converged).toBe(false);
		expect(answer.convergence.advice).toMatch(
			/^The self-consistent first order has no solution in reach: at (the widths given|\d+ times the widths given) (the kernel of layer \d has eigenvalue -\d.*|the iteration does not settle)\. Use order saddle or theory multi-scale\.$/,
		);
		expect(answer.trainMean).toBeUndefined();
		expect(answer.kernels).toEqual({});
		expect(answer.absent.testMean).toBe("the equations of the most probable kernels were not solved");
	});

	it("warns of a noise that drowns the kernel", () => {
		const loud = smallProblem(networkOf([denseLayer("erf", { width: 1000 })], { scaling: "mean-field" }));
		const mean =
			(kernelOf("nngp", loud).data.filter((_, k) => k % 7 === 0) as Float64Array).reduce((a, b) => a + b) / 6;
		expect(note(solve(loud), "noise")!.message).toBe(
			`noiseVariance = 0.1 is large against the kernel (trace/P = ${mean.toPrecision(3)}): in mean-field scaling it should be of order 1/width`,
		);
		expect(note(solve(dense("erf", 1, 1000)), "noise")).toBeUndefined();
	});

	it.each([
		[
			networkOf([convolutionLayer("erf")]),
			"map-kernels handles dense layers; use equations-of-state or finite-width-correction for a convolution.",
		],
		[
			networkOf([denseLayer("erf")], { readout: { weightVariance: 1, biasVariance: 0.5 } }),
			"map-kernels handles networks without a readout bias; readout.biasVariance is 0.5.",
		],
	])("refuses other networks", (network, sentence) => {
		expect(theory.applies(smallProblem(network))).toBe(sentence);
	});
});

function kernelOf(id: string, problem: Problem): Matrix {
	return solveTheory(findTheory(id), problem, {}, { engine, clock: () => 0 }).kernels.output as Matrix;
}
