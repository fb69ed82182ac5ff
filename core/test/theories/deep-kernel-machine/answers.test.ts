/** The limits of the theory, its order in nu, its distance from sampled deep Gaussian processes, and what it refuses. */
import { createEngine, type Matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	type Answer,
	answerToJson,
	findTheory,
	type Problem,
	parseProblem,
	solveTheory,
} from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { expectAgreement, measureMatrix } from "../../helpers/z-scores.ts";
import { readGolden } from "../equations-of-state/golden-units.ts";
import { layerKinds } from "../equations-of-state/problems.ts";

const engine = await createEngine();
const solve = (id: string, problem: Problem, options: object = {}) =>
	solveTheory(findTheory(id), problem, options, { engine, clock: () => 0 });
const machine = (problem: Problem, options: object = {}) => solve("deep-kernel-machine", problem, options);
const goldenProblem = (name: string) => parseProblem(readGolden(name).problem);
const note = (answer: Answer, name: string) => answer.validity.find((each) => each.name === name)?.message;

const golden = "dkm-nu-sweep-fcn2-erf-mf-n20";
const kinds = [
	...Object.entries(layerKinds("erf")),
	...[golden, "dkm-nu-sweep-fcn2-linear-mf-n20", "dkm-nu-sweep-fcn3-erf-std-n30"].map(
		(name): [string, Problem] => [name, goldenProblem(name)],
	),
];

describe("limits", () => {
	it("nu equal to the widths, as equations-of-state has them, need no note", () => {
		const answer = machine(goldenProblem(golden));
		expect(answer.orderParameters.freeEnergy).toBe(-answer.logEvidence!);
		expect(note(answer, "nu")).toBeUndefined();
	});

	it.each(kinds)("nu = 1e8 is nngp: %s", (_, problem) => {
		const [left, right] = [machine(problem, { nu: 1e8 }), solve("nngp", problem)];
		expect(left.convergence.converged).toBe(true);
		const scale = Math.max(...right.testMean!.data.map(Math.abs));
		expect(largestDifference(left.testMean!, right.testMean!)).toBeLessThan(1e-6 * scale);
		expect(largestDifference(left.testVariance!, right.testVariance!)).toBeLessThan(1e-6);
		expect(Math.abs(left.logEvidence! / right.logEvidence! - 1)).toBeLessThan(1e-6);
	});

	it("the objective keeps its digits at any nu: what is left falls as 1/nu", () => {
		const problem = goldenProblem(golden);
		const infinite = solve("nngp", problem).logEvidence!;
		const [first, ...rest] = [1e5, 1e6, 1e7, 1e8, 1e9].map((nu) => {
			const { logEvidence, convergence } = machine(problem, { nu });
			expect(convergence.residual).toBeLessThan(1e-10);
			return (logEvidence! - infinite) * nu;
		});
		// Corrections of order 1/nu, and at 1e9 the rounding of log evidences near 90 times nu.
		for (const value of rest) expect(Math.abs(value / first! - 1)).toBeLessThan(0.02);
	});

	it("one number stands for all layers", () => {
		const problem = goldenProblem("dkm-nu-sweep-fcn3-erf-std-n30");
		const [one, each] = [machine(problem, { nu: 7 }), machine(problem, { nu: [7, 7] })];
		expect(answerToJson({ ...one, options: {} })).toEqual(answerToJson({ ...each, options: {} }));
		expect(each.orderParameters.nu).toEqual([7, 7]);
	});
});

it("Sigma comes monotonically nearer to its prior as nu grows", () => {
	for (const name of [golden, "dkm-nu-sweep-fcn2-linear-mf-n20"]) {
		const problem = goldenProblem(name);
		const d = problem.trainInputs.columns;
		const distances = [1, 3, 10, 30, 100, 1000, 1e4].map((nu) => {
			const { data } = machine(problem, { nu }).orderParameters.Sigma as Matrix;
			return Math.hypot(...data.map((x, k) => x - (k % (d + 1) === 0 ? 1 / d : 0)));
		});
		expect(distances).toEqual([...distances].sort((a, b) => b - a));
	}
});

describe("against sampled deep Gaussian processes of the golden files", () => {
	const at = (width: number) => {
		const name = `dkm-deep-gp-erf-mf-n${width}`;
		const { truth } = readGolden(name);
		const { testMean, orderParameters } = machine(goldenProblem(name));
		return { truth, testMean: testMean!, Sigma: orderParameters.Sigma as Matrix };
	};
	const [few, many] = [at(20), at(100)];
	const remainder = (
		truths: readonly [number[][], number[][]],
		errors: readonly [number[][], number[][]],
		theories: readonly [Matrix, Matrix],
	) => {
		const [a, b] = truths.map((each) => each.flat());
		const [ea, eb] = errors.map((each) => each.flat());
		const shape = theories[0];
		// 5 times the difference at five times the width, less the difference: of order 1/N^2.
		const data = shape.data.map((x, k) => 5 * (b![k]! - theories[1].data[k]!) - (a![k]! - x));
		const error = shape.data.map((_, k) => Math.hypot(5 * eb![k]!, ea![k]!));
		return { estimate: { ...shape, data }, error: { ...shape, data: error }, freedom: 31 };
	};

	it("errors fall as 1/N from N = 20 to N = 100", () => {
		const mean = remainder(
			[few.truth.testMean, many.truth.testMean],
			[few.truth.testMeanStandardError, many.truth.testMeanStandardError],
			[few.testMean, many.testMean],
		);
		const Sigma = remainder(
			[few.truth.orderParameters.Sigma, many.truth.orderParameters.Sigma],
			[few.truth.orderParametersStandardError.Sigma, many.truth.orderParametersStandardError.Sigma],
			[few.Sigma, many.Sigma],
		);
		expectAgreement([
			...measureMatrix("testMean", mean, new Float64Array(mean.estimate.data.length)),
			...measureMatrix("Sigma", Sigma, new Float64Array(Sigma.estimate.data.length), { symmetric: true }),
		]);
	});

	it("the distances are those of an independent implementation", () => {
		for (const { truth, testMean, Sigma } of [few, many]) {
			const distance = (wanted: number[][], { data }: Matrix) =>
				Math.hypot(...data.map((x, k) => x - wanted.flat()[k]!)) / Math.hypot(...wanted.flat());
			// The file's four digits, of numbers given to seven.
			const close = (got: number, wanted: number) => expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-3);
			close(distance(truth.testMean, testMean), truth.distanceOfTheory.testMean);
			close(distance(truth.orderParameters.Sigma, Sigma), truth.distanceOfTheory.Sigma);
		}
	});
});

describe("messages", () => {
	const problem = smallProblem(networkOf([denseLayer("erf"), denseLayer("relu")]));

	it.each([
		[{ nu: 0 }, "options.nu: wanted positive, one number or one per hidden layer; got 0."],
		[{ nu: [20, -1] }, "options.nu[1]: wanted positive, one number or one per hidden layer; got -1."],
		[{ nu: "many" }, 'options.nu: wanted positive, one number or one per hidden layer; got "many".'],
		[
			{ nu: [1, 2, 3] },
			"nu must be positive, one number or one per hidden layer; got a list of 3 for 2 hidden layers.",
		],
		[
			{ inducingInputs: 0 },
			"options.inducingInputs: wanted a list of input rows, or a count of at least 1; got 0.",
		],
		[
			{ inducingInputs: [] },
			"options.inducingInputs: wanted a list of input rows, or a count of at least 1; got an empty list.",
		],
		[{ inducingInputs: 7 }, "inducingInputs: wanted at most 6, the number of training inputs; got 7."],
		[
			{ inducingInputs: [[1, 2]] },
			"inducingInputs[0]: wanted 12 numbers, as in every row of trainInputs; got 2.",
		],
	])("%j is refused", (options, message) => {
		expect(messageOf(() => machine(problem, options))).toBe(message);
	});

	it("zero noise is refused", () => {
		expect(messageOf(() => machine({ ...problem, noiseVariance: 0 }))).toBe(
			"deep-kernel-machine needs a positive noiseVariance; got 0.",
		);
	});

	it("notes say what the evidence is and of what the answer is right", () => {
		const answer = machine(problem, { nu: [20, 30] });
		expect(note(answer, "nu")).toBe(
			"nu differs from the width: logEvidence is the objective of the deep kernel machine, not an evidence estimate of the network",
		);
		expect(note(answer, "deepGaussianProcess")).toBe(
			"kernels are functions of the Gram matrix of the layer below, as in a deep Gaussian process with nu features a layer: a network of nonlinear units differs at any width in the mean-field scaling",
		);
		expect(note(answer, "tr(Q R)/nu")).toMatch(
			/^\S+ of 6 directions of the targets are learned by a last layer with nu = 30: fluctuations of the kernels, of this relative order, are left out$/,
		);
		const linear = machine(smallProblem(networkOf([denseLayer("linear")])));
		expect(note(linear, "deepGaussianProcess")).toBeUndefined();
	});

	it("a solution that was not reached is said to be none", () => {
		// Forty points in two dimensions at a noise below the rounding of their kernel.
		const hopeless = smallProblem(networkOf([denseLayer("erf", { width: 3 })]), {
			noiseVariance: 1e-13,
			trainInputs: normalMatrix(40, 2, 1),
			trainTargets: normalMatrix(40, 1, 2),
			testInputs: normalMatrix(3, 2, 3),
		});
		const { convergence } = machine(hopeless);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^no decrease of the objective; residual \d\.\de[+-]\d+: raise noiseVariance or nu, or set jitter$/,
		);
	});

	it("a jitter is reported", () => {
		const inputs = normalMatrix(6, 12, 1);
		inputs.data.copyWithin(12, 0, 12);
		const repeated = { ...problem, trainInputs: inputs };
		expect(messageOf(() => machine(repeated))).toMatch(
			/^layer kernel Q_2 is not positive definite \(eigenvalues from \S+ to \S+\); set jitter or remove duplicate inputs\.$/,
		);
		expect(note(machine(repeated, { jitter: 1e-6 }), "jitter")).toMatch(
			/^added to the diagonal of the kernels of layers 2 to 2, at training and test points: \d\.\de-7$/,
		);
	});
});
