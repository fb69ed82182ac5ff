import { type Matrix, matrix, matrixFromRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Layer } from "../../../src/index.ts";
import { boundedModel } from "../../../src/theories/self-consistent/bounded/bounded-model.ts";
import { solveVariant } from "../../../src/theories/self-consistent/variants.ts";
import { hiddenUnit, trapezoidRule } from "../../../src/tilted-unit/index.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { messageOf } from "../../helpers/message-of.ts";
import { largestDifference, networkOf } from "../../helpers/problems.ts";
import { engine, infinite, problemOf, solve } from "./bounded-problems.ts";

describe("limits and other paths", () => {
	it.each(["tree", "loop", "kernel-saddle"] as const)(
		"linear units by quadrature are the closed form: %s",
		(variant) => {
			const problem = problemOf({
				activation: "linear",
				inputs: 1,
				noiseVariance: 0.5,
				width: 10,
				readoutBiasVariance: 0.3,
			});
			// Linear units have no largest exponent: the region ends where the tilted Gaussian, a few times broader, does.
			const model = boundedModel(
				engine,
				problem,
				hiddenUnit(engine, problem),
				trapezoidRule(1, 0.1, 30, { even: true }),
			);
			const numeric = solveVariant(variant, model, problem, { engine, covariance: true });
			const closed = solve(problem, variant, true);
			expect(largestDifference(numeric.trainMean!, closed.trainMean!)).toBeLessThan(1e-10);
			expect(largestDifference(numeric.testMean!, closed.testMean!)).toBeLessThan(1e-10);
			if (variant === "loop") return;
			expect(
				largestDifference(numeric.kernels.output as Matrix, closed.kernels.output as Matrix),
			).toBeLessThan(1e-9);
			if (variant === "kernel-saddle") return;
			expect(largestDifference(numeric.testCovariance!, closed.testCovariance!)).toBeLessThan(1e-10);
			expect(numeric.logEvidence).toBeCloseTo(closed.logEvidence!, 9);
		},
	);

	it.each([
		["on a grid", 2],
		["by random points", 6],
	])("gives nngp at infinite width, %s", (_name, inputs) => {
		const problem = problemOf({ inputs, points: 5, width: 1e9 });
		const limit = infinite(problem);
		for (const variant of inputs === 2 ? ["tree", "loop", "kernel-saddle"] : ["tree", "kernel-saddle"]) {
			const answer = solve(problem, variant);
			// Corrections are of order P/N.
			expect(largestDifference(answer.trainMean!, limit.trainMean!)).toBeLessThan(1e-8);
			expect(largestDifference(answer.testMean!, limit.testMean!)).toBeLessThan(1e-8);
		}
		const { testVariance, testCovariance, logEvidence } = solve(problem, "tree", true);
		expect(largestDifference(testVariance!, limit.testVariance!)).toBeLessThan(1e-8);
		expect(largestDifference(testCovariance!, limit.testCovariance!)).toBeLessThan(1e-8);
		expect(logEvidence).toBeCloseTo(limit.logEvidence!, 7);
	});

	it("contains the finite-width correction: the difference to it falls as 1/N^2", () => {
		const { problem, cases } = goldenFiles().find(({ name }) => name === "scgp-erf-standard-n8")!;
		const expected = (theory: string) =>
			(cases.find((c) => c.theory === theory)!.expected.testMean as number[][])[0]![0]!;
		const first = 8 * (expected("finite-width-correction") - expected("nngp"));
		const difference = (width: number) => {
			const layer = { ...problem.network.layers[0]!, width } as Layer;
			const wide = { ...problem, network: { ...problem.network, layers: [layer] } };
			return solve(wide, "loop").testMean!.data[0]! - expected("nngp") - first / width;
		};
		// The next order is smaller by 1/N times the ratio of their coefficients: a few per cent.
		const ratio = difference(200) / difference(400);
		expect(ratio).toBeGreaterThan(3.7);
		expect(ratio).toBeLessThan(4.3);
	});

	it("averages test points over what no training point sees as a grid over all directions does", () => {
		const tests = matrixFromRows([
			[0.4, 1.2, -0.3],
			[-0.8, 0.5, 0.9],
		]);
		for (const activation of ["erf", "tanh"]) {
			const problem = problemOf({
				activation,
				inputs: 3,
				points: 1,
				tests,
				scaling: "mean-field",
				noiseVariance: 0.02,
			});
			const model = (reduceTo: "all" | "training", dimension: number) =>
				boundedModel(
					engine,
					problem,
					hiddenUnit(engine, problem, { reduceTo }),
					trapezoidRule(dimension, 0.2, 10, { even: true }),
				);
			const [all, reduced] = [model("all", 3), model("training", 1)];
			const answers = [all, reduced].map((m) =>
				solveVariant("tree", m, problem, { engine, covariance: true }),
			);
			// 1e-9: the grid in three dimensions; its step is a fifth of the width of the features.
			for (const quantity of ["trainMean", "testMean", "testVariance", "testCovariance"] as const) {
				expect(
					largestDifference(answers[0]![quantity]!, answers[1]![quantity]!),
					`${activation} ${quantity}`,
				).toBeLessThan(1e-9);
			}
		}
	});
});

describe("refusals", () => {
	it.each([
		[
			"quadratic",
			"self-consistent needs an activation that grows at most linearly: for a quadratic activation the saddle point does not exist. Use finite-width-correction.",
		],
		...["relu", "gelu", "softplus"].map((name) => [
			name,
			"self-consistent is implemented for linear, erf and tanh. Of the other activations it takes the bounded ones, sigmoid and sin.",
		]),
	])("%s", (activation, message) => {
		expect(messageOf(() => solve(problemOf({ activation: activation! })))).toBe(message);
	});

	it("convolutions of other than linear units", () => {
		const layer = {
			type: "convolution",
			channels: 8,
			patch: 1,
			stride: 1,
			activation: "erf",
			weightVariance: 1,
			biasVariance: 0,
		} as const;
		expect(messageOf(() => solve({ ...problemOf(), network: networkOf([layer]) }))).toBe(
			"self-consistent is available for convolutions of linear units only; this one has another activation.",
		);
	});

	it("zero noise with points that repeat", () => {
		const problem = problemOf({ noiseVariance: 0 });
		problem.trainInputs.data.copyWithin(0, 2, 4);
		expect(messageOf(() => solve(problem))).toMatch(
			/^noiseVariance: wanted a noise that makes the kernel of the training points positive definite; got 0 /,
		);
	});
});

it("a tilt beyond every rule ends soon, without a solution and with the reason", () => {
	const problem = problemOf({ width: 5, scaling: "mean-field", noiseVariance: 1e-6 });
	const trainTargets = matrix(
		3,
		1,
		problem.trainTargets.data.map((y) => 1000 * y),
	);
	const answer = solve({ ...problem, trainTargets });
	expect(answer.trainMean).toBeUndefined();
	expect(answer.convergence.converged).toBe(false);
	expect(answer.convergence.advice).toMatch(/^The saddle point was not reached: /);
	const note = answer.validity.find(({ name }) => name === "quadratureError")!;
	expect(note.value).toBe("unknown");
	expect(note.message).toMatch(
		/^the equations have no solution to compare with before or after the Sobol points over the 2 weights that matter were doubled, to \d+$/,
	);
});
