/** The theory against exact posteriors, its own order in 1/N, and itself in other forms. */
import { readFileSync } from "node:fs";
import { createEngine, type Matrix, matrix, multiply } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, findTheory, layerWidth, type Problem } from "../../../src/index.ts";
import { combineBlocks } from "../../../src/kernels/kernel-blocks.ts";
import { priorKernels } from "../../../src/kernels/prior-kernels.ts";
import { createScalePosterior } from "../../../src/scale-mixture/scale-posterior.ts";
import { contractedCorrection } from "../../../src/theories/finite-width-correction/contracted.ts";
import { gaussianProcessPosterior } from "../../../src/theories/gaussian-process.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";
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

const engine = await createEngine();
const theory = findTheory("finite-width-correction");
const nngp = findTheory("nngp");
const solve = (problem: Problem, options: object = {}): Answer =>
	theory.solve(problem, theory.options.parse(options), { engine, covariance: true });
const limit = (problem: Problem): Answer => nngp.solve(problem, {}, { engine, covariance: true });
const note = (answer: Answer, name: string) => answer.validity.find((entry) => entry.name === name);

function withWidths(problem: Problem, factor: number): Problem {
	const layers = problem.network.layers.map((layer) =>
		layer.type === "dense"
			? { ...layer, width: layer.width * factor }
			: { ...layer, channels: layer.channels * factor },
	);
	return { ...problem, network: { ...problem.network, layers } };
}

const small = (activations: readonly string[], width: number, changes: Partial<Problem> = {}) =>
	smallProblem(
		networkOf(activations.map((activation) => denseLayer(activation, { width, biasVariance: 0.1 }))),
		{
			trainInputs: normalMatrix(4, 3, 1),
			trainTargets: normalMatrix(4, 1, 2),
			testInputs: normalMatrix(2, 3, 3),
			...changes,
		},
	);

describe("order in 1/N", () => {
	it.each([["erf"], ["relu"], ["erf", "quadratic"], ["relu", "erf"]])(
		"twice the widths, half the correction: %s %s",
		(...activations) => {
			const problem = small(
				activations.filter((a) => a !== undefined),
				16,
			);
			const [one, two, infinite] = [solve(problem), solve(withWidths(problem, 2)), limit(problem)];
			for (const key of [
				"trainMean",
				"testMean",
				"trainVariance",
				"testVariance",
				"testCovariance",
			] as const) {
				const half = one[key]!.data.map(
					(x, k) => infinite[key]!.data[k]! + 0.5 * (x - infinite[key]!.data[k]!),
				);
				expect(largestDifference(two[key]!, matrix(two[key]!.rows, two[key]!.columns, half))).toBeLessThan(
					1e-14,
				);
			}
			expect(two.logEvidence! - infinite.logEvidence!).toBeCloseTo(
				(one.logEvidence! - infinite.logEvidence!) / 2,
				12,
			);
		},
	);

	it.each([1, 2])(
		"the error against the exact posterior of a linear network of depth %d falls as 1/N^2",
		(depth) => {
			const errors = [16, 32, 64, 128, 256, 512].map((width) => {
				const layers = Array.from({ length: depth }, () =>
					denseLayer("linear", { width, weightVariance: 1 }),
				);
				const problem = smallProblem(networkOf(layers), {
					trainInputs: normalMatrix(3, 3, 11),
					trainTargets: normalMatrix(3, 1, 12),
					testInputs: normalMatrix(2, 3, 13),
					noiseVariance: 0.5,
				});
				return largestDifference(solve(problem).testMean!, exactLinearMean(problem));
			});
			// Least squares over the three widest networks: the slope reaches -2 up to corrections of relative order 1/N.
			const slope = Math.log2(errors[5]! / errors[3]!) / 2;
			expect(Math.abs(slope + 2)).toBeLessThan(0.1);
			// Over the whole range of widths the next order still shows.
			expect(Math.log2(errors[5]! / errors[0]!) / 5).toBeLessThan(-1.7);
		},
	);
});

/** The mixture of the Gaussian processes with kernel q K over the posterior of the scale q (docs/samplers/exact.md). */
function exactLinearMean(problem: Problem): Matrix {
	const prior = priorKernels(engine, problem);
	const modes = diagonalizeModes(engine, prior.outputWeights.train, problem.noiseVariance, 0);
	const law = createScalePosterior(
		engine,
		modes,
		problem.network.layers.map(layerWidth),
	)(problem.trainTargets.data);
	const mean = matrix(problem.testInputs!.rows, 1);
	law.probabilities.forEach((p, i) => {
		if (p < 1e-18) return;
		const kernel = combineBlocks([prior.outputWeights], Math.exp((law.first + i) * law.step), 0);
		const { testMean } = gaussianProcessPosterior(
			engine,
			kernel,
			problem.trainTargets,
			problem.noiseVariance,
		);
		testMean!.data.forEach((m, s) => {
			mean.data[s]! += p * m;
		});
	});
	return mean;
}

describe("the truth of the golden files", () => {
	const files = goldenFiles().filter(({ name }) => /^fwc-(erf|relu|quadratic)-depth1-n/.test(name));

	it.each(files.map((file) => [file.name, file] as const))(
		"%s: a better mean than infinite width",
		(name, { problem }) => {
			const truth = JSON.parse(
				readFileSync(new URL(`../../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"),
			).truth;
			const error = (answer: Answer) =>
				Math.max(
					...[...answer.trainMean!.data, ...answer.testMean!.data].map((x, k) =>
						Math.abs(x - [...truth.trainMean, ...truth.testMean].flat()[k]),
					),
				);
			expect(error(solve(problem))).toBeLessThan(error(limit(problem)) / 2);
		},
	);

	it.each([
		// N^2 times the error of the mean levels off: the values at the two widths agree but for the next order, of relative size 1/N.
		["erf", 8, 32, 0.2],
		["quadratic", 16, 32, 0.4],
	])("%s: the error times N^2 levels off", (activation, low, high, tolerance) => {
		const scaled = [low, high].map((N) => {
			const name = `fwc-${activation}-depth1-n${N}`;
			const { problem } = files.find((file) => file.name === name)!;
			const truth = JSON.parse(
				readFileSync(new URL(`../../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"),
			).truth;
			const answer = solve(problem);
			const wanted = [...truth.trainMean, ...truth.testMean].flat();
			return (
				N *
				N *
				Math.max(
					...[...answer.trainMean!.data, ...answer.testMean!.data].map((x, k) => Math.abs(x - wanted[k])),
				)
			);
		});
		expect(Math.abs(Math.log(scaled[1]! / scaled[0]!))).toBeLessThan(tolerance);
	});
});

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
			const problem = small(activations, 20);
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
		const problem = small(["erf"], 20);
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
		const problem = small(["erf"], 8);
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
		expect(theory.applies(small([], 1, { network: networkOf([convolution, denseLayer("erf")]) }))).toBe(
			"finite-width-correction supports one convolution followed by the readout; this network has L = 2 layers.",
		);
		expect(theory.applies(small(["erf", "erf"], 9, { trainInputs: normalMatrix(59, 3, 1) }))).toBe(
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
