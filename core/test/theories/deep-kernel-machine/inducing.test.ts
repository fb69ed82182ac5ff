/** Inducing inputs: all of them are the whole theory, fewer make the objective smaller, and elsewhere predictions agree. */
import { createEngine, type Matrix, matrixToRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Answer, findTheory, type Problem, parseProblem, solveTheory } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { readGolden } from "../equations-of-state/golden-units.ts";
import { linearProblem } from "../equations-of-state/problems.ts";

const engine = await createEngine();
const machine = (problem: Problem, options: object = {}, covariance = false) =>
	solveTheory(findTheory("deep-kernel-machine"), problem, options, { engine, covariance, clock: () => 0 });
const note = (answer: Answer, name: string) => answer.validity.find((each) => each.name === name)?.message;

const biased = { readout: { weightVariance: 1.1, biasVariance: 0.3 } };
const cases: Record<string, Problem> = {
	"one layer, mean-field": smallProblem(networkOf([denseLayer("erf")], { scaling: "mean-field" }), {
		noiseVariance: 0.01,
	}),
	"two layers, two outputs, biases": smallProblem(
		networkOf([denseLayer("erf", { biasVariance: 0.1 }), denseLayer("relu", { biasVariance: 0.2 })], biased),
		{ trainTargets: normalMatrix(6, 2, 4) },
	),
	"three layers": smallProblem(networkOf([denseLayer("erf"), denseLayer("sin"), denseLayer("erf")])),
	"linear, more points than inputs": linearProblem(9, 3, 2, 0.2),
	"a convolution": smallProblem(networkOf([convolutionLayer("erf", { channels: 20 })])),
	"a dense layer over a convolution": smallProblem(
		networkOf([convolutionLayer("erf", { biasVariance: 0.1 }), denseLayer("erf")], biased),
	),
};

const flat = ({ kernels }: Answer) => [kernels.output, kernels.preactivation].flat(4) as Matrix[];

describe.each(Object.entries(cases))("%s", (_, problem) => {
	const P = problem.trainInputs.rows;

	it.each(["conditional", "with-kernel-fluctuations"])(
		"all inputs are the theory without, %s",
		(variance) => {
			const covariance = variance === "conditional";
			const whole = machine(problem, { variance }, covariance);
			const induced = machine(problem, { variance, inducingInputs: P }, covariance);
			expect(induced.convergence.residual).toBeLessThan(1e-8);
			// Two solutions to a residual of 1e-10; the bound's penalty is a difference of numbers divided by kappa.
			const close = (a: Matrix | undefined, b: Matrix | undefined) =>
				expect(largestDifference(a!, b!)).toBeLessThan(1e-7);
			expect(Math.abs(induced.logEvidence! - whole.logEvidence!)).toBeLessThan(1e-7);
			for (const name of ["trainMean", "trainVariance", "testMean", "testVariance"] as const)
				close(induced[name], whole[name]);
			if (covariance) {
				close(induced.trainCovariance, whole.trainCovariance);
				close(induced.testCovariance, whole.testCovariance);
			}
			close(induced.orderParameters.Sigma as Matrix, whole.orderParameters.Sigma as Matrix);
			expect(induced.orderParameters.alpha).toBeCloseTo(whole.orderParameters.alpha as number, 6);
			const [left, right] = [flat(induced), flat(whole)];
			expect(left.length).toBe(right.length);
			left.forEach((kernel, i) => {
				close(kernel, right[i]);
			});
		},
	);

	it("nu = 1e8 with all inputs is nngp", () => {
		const induced = machine(problem, { nu: 1e8, inducingInputs: P });
		const infinite = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
		expect(induced.convergence.residual).toBeLessThan(1e-8);
		expect(largestDifference(induced.testMean!, infinite.testMean!)).toBeLessThan(1e-6);
		expect(Math.abs(induced.logEvidence! / infinite.logEvidence! - 1)).toBeLessThan(1e-6);
	});

	it("the objective grows with every inducing input", () => {
		const objectives = [1, 2, 3, P - 1, P].map(
			(inducingInputs) => machine(problem, { inducingInputs }).logEvidence!,
		);
		// Rounding where an input adds nothing: linear networks need no more inputs than dimensions.
		for (let k = 1; k < objectives.length; k++)
			expect(objectives[k]!).toBeGreaterThan(objectives[k - 1]! - 1e-8);
		expect(objectives[0]!).toBeLessThan(objectives.at(-1)! - 1e-3);
	});

	it("predictions at training inputs are those of the training points", () => {
		const answer = machine({ ...problem, testInputs: problem.trainInputs }, { inducingInputs: 3 }, true);
		expect(largestDifference(answer.testMean!, answer.trainMean!)).toBeLessThan(1e-9);
		expect(largestDifference(answer.testVariance!, answer.trainVariance!)).toBeLessThan(1e-9);
		expect(largestDifference(answer.testCovariance!, answer.trainCovariance!)).toBeLessThan(1e-9);
	});

	it("a list of rows is a count of the same rows, in any order", () => {
		const rows = matrixToRows(problem.trainInputs).slice(0, 4);
		const counted = machine(problem, { inducingInputs: 4 });
		const listed = machine(problem, { inducingInputs: [...rows].reverse() });
		expect(largestDifference(counted.testMean!, listed.testMean!)).toBeLessThan(1e-8);
		expect(counted.logEvidence).toBeCloseTo(listed.logEvidence!, 8);
	});
});

it("8 of 16 inputs at a small noise move mean and Sigma by what the page says", () => {
	const problem = parseProblem(readGolden("dkm-inducing-erf-mf").problem);
	const [half, whole] = [machine(problem, { inducingInputs: 8 }), machine(problem)];
	const distance = (a: Matrix, b: Matrix) =>
		Math.hypot(...a.data.map((x, k) => x - b.data[k]!)) / Math.hypot(...b.data);
	expect(distance(half.testMean!, whole.testMean!)).toBeCloseTo(0.027, 3);
	expect(distance(half.orderParameters.Sigma as Matrix, whole.orderParameters.Sigma as Matrix)).toBeCloseTo(
		0.043,
		3,
	);
});

it("inputs outside the training set serve too", () => {
	const problem = cases["one layer, mean-field"]!;
	const answer = machine(problem, { inducingInputs: matrixToRows(normalMatrix(5, 12, 9)) });
	expect(answer.convergence.converged).toBe(true);
	expect(answer.logEvidence!).toBeLessThan(machine(problem).logEvidence!);
	expect(note(answer, "inducingInputs")).toMatch(
		/^5 inducing inputs for 6 training points: logEvidence is the collapsed bound, below the objective without them; tr\(Q - Q~\)\/kappa = \S+, the penalty on what they leave out, moves the kernels where it is not small, and then the bound can have several maxima: this is the one reached from infinite width$/,
	);
	expect(answer.absent.emergentScale).toBe(
		"with inducing inputs the kernels of all training points are not part of the state",
	);
});

it("several positions above the first layer are refused", () => {
	const deep = smallProblem(
		networkOf([convolutionLayer("erf"), convolutionLayer("erf", { patch: 2, stride: 2 })]),
	);
	expect(messageOf(() => machine(deep, { inducingInputs: 3 }))).toBe(
		"inducingInputs needs a network whose layers above the first have one position; layer 2 has 2.",
	);
});

it("repeated inducing inputs are refused, which jitter resolves", () => {
	const problem = cases["one layer, mean-field"]!;
	const row = matrixToRows(problem.trainInputs)[0]!;
	expect(messageOf(() => machine(problem, { inducingInputs: [row, row] }))).toMatch(
		/^the output kernel of the inducing inputs is not positive definite \(eigenvalues from \S+ to \S+\); set jitter or remove duplicate inducing inputs\.$/,
	);
	const once = machine(problem, { inducingInputs: [row] });
	const twice = machine(problem, { inducingInputs: [row, row], jitter: 1e-8 });
	expect(largestDifference(once.testMean!, twice.testMean!)).toBeLessThan(1e-6);
	expect(note(twice, "inducingJitter")).toBe(
		"added to the diagonal of the output kernel of the inducing inputs",
	);
});
