/** The theory against itself in other forms, and what it says of its answers. */
import { createEngine, type Matrix, matrix, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, findTheory, type Problem } from "../../../src/index.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { contractedCorrection } from "../../../src/theories/finite-width-correction/contracted.ts";
import { goldenFiles } from "../../helpers/golden.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { fourPoints } from "./four-points.ts";

const engine = await createEngine();
const theory = findTheory("finite-width-correction");
const nngp = findTheory("nngp");
const solve = (problem: Problem, options: object = {}): Answer =>
	theory.solve(problem, theory.options.parse(options), { engine, covariance: true });
const limit = (problem: Problem): Answer => nngp.solve(problem, {}, { engine, covariance: true });
const note = (answer: Answer, name: string) => answer.validity.find((entry) => entry.name === name);

describe("two ways", () => {
	it.each(["erf", "quadratic"])("the tensor and the contracted form of fwc-%s-p16 agree", (activation) => {
		const { problem } = goldenFiles().find(({ name }) => name === `fwc-${activation}-p16`)!;
		const prior = priorKernels(engine, problem, { testCovariance: true });
		const contracted = contractedCorrection(engine, problem, prior);
		const [answer, infinite] = [solve(problem), limit(problem)];
		const change = answer.testMean!.data.map((x, k) => x - infinite.testMean!.data[k]!);
		const P = problem.trainInputs.rows;
		const size = Math.max(...change.map(Math.abs));
		// quadratic: both are exact; the sums over four indices cancel to 1e-3 of their terms. erf: the grid's own tolerance.
		const tolerance = activation === "quadratic" ? 1e-11 : 1e-6;
		change.forEach((x, s) => {
			expect(Math.abs(x - contracted.mean.data[P + s]!) / size).toBeLessThan(tolerance);
		});
	});

	it("a rotation of the inputs changes nothing", () => {
		const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
		const rotation = matrix(3, 3, Float64Array.of(c, -s, 0, s, c, 0, 0, 0, 1));
		for (const activations of [["erf"], ["relu", "erf"]]) {
			const problem = fourPoints(activations, 20);
			const turn = (x: Matrix) => multiply(engine, x, rotation);
			const turned = solve({
				...problem,
				trainInputs: turn(problem.trainInputs),
				testInputs: turn(problem.testInputs!),
			});
			expect(largestDifference(turned.testMean!, solve(problem).testMean!)).toBeLessThan(1e-12);
		}
	});

	it("with one output repeated, each output's mean feels both", () => {
		const problem = fourPoints(["erf"], 20);
		const y = problem.trainTargets.data;
		const doubled = solve({
			...problem,
			trainTargets: matrix(
				4,
				2,
				Float64Array.from({ length: 8 }, (_, k) => y[k >> 1]!),
			),
		});
		expect(doubled.testMean!.data[0]).toBeCloseTo(doubled.testMean!.data[1]!, 14);
		const [first] = doubled.testOutputCovariance!;
		expect(first!.data[1]).toBe(first!.data[2]);
		expect(first!.data[0]).toBe(doubled.testVariance!.data[0]);
		expect(doubled.absent.testCovariance).toBe(
			"the outputs covary at this order; testOutputCovariance has their covariance at each test point",
		);
	});
});

describe("messages", () => {
	it("says that a variance is negative, and leaves it so", () => {
		const { problem } = goldenFiles().find(({ name }) => name === "fwc-quadratic-depth1-n16")!;
		const answer = solve({
			...problem,
			network: { ...problem.network, layers: [{ ...problem.network.layers[0]!, width: 2 } as never] },
		});
		const variances = [...answer.trainVariance!.data, ...answer.testVariance!.data];
		const lowest = Math.min(...variances);
		expect(lowest).toBeLessThan(0);
		const { value, message } = note(answer, "negativeVariance")!;
		expect(value).toBe(lowest);
		expect(message).toMatch(
			new RegExp(
				`^the 1/N correction made the variance of point ${variances.indexOf(lowest)} negative: the width is too small for this theory`,
			),
		);
	});

	it("warns of the mean-field scaling", () => {
		const problem = fourPoints(["erf"], 8);
		const answer = solve({ ...problem, network: { ...problem.network, scaling: "mean-field" } });
		expect(note(answer, "meanField")).toEqual({
			name: "meanField",
			value: 8,
			message:
				"the finite-width correction is an expansion around infinite width in the standard scaling; in the mean-field scaling it is not small. Use self-consistent.",
		});
	});

	it("refuses what it does not know", () => {
		const convolution = convolutionLayer("erf");
		expect(theory.applies(fourPoints([], 1, { network: networkOf([convolution, denseLayer("erf")]) }))).toBe(
			"finite-width-correction supports one convolution followed by the readout; this network has L = 2 layers.",
		);
		expect(theory.applies(fourPoints(["erf", "erf"], 9, { trainInputs: normalMatrix(59, 3, 1) }))).toBe(
			"finite-width-correction of a deep network wants at most 60 training and test points together, because its cost grows as their fourth power; this problem has 61.",
		);
		expect(messageOf(() => solve(smallProblem(networkOf([denseLayer("tanh")])), { samples: 0 }))).toBe(
			"samples: wanted a number of points above 0: the four-point moments of tanh are not known in closed form here; got 0. The default is 65536.",
		);
	});

	it("says when averages err by more than a fifth of the correction", () => {
		const answer = solve(smallProblem(networkOf([denseLayer("gelu")])), { samples: 64 });
		expect(answer.convergence.converged).toBe(answer.convergence.residual <= 0.2);
		expect(note(answer, "averagingError")!.value).toBe(answer.convergence.residual);
	});
});
