import { identity, type Matrix, matrix, multiply, symmetricEigen, transposed } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, type Problem, priorKernels, solveTheory } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { engine, note, solve, y } from "./erf-problem.ts";

const network = networkOf([denseLayer("erf", { width: 5 })]);
const withTargets = (trainTargets: Matrix, changes: Partial<Problem> = {}) =>
	smallProblem(network, { trainTargets, ...changes });
const three = normalMatrix(6, 3, 2);
const Q = (problem: Problem) => solve(problem).orderParameters.Q as Matrix;

/** Two columns. */
function columns(first: Float64Array, second: Float64Array): Matrix {
	return transposed(matrix(2, first.length, Float64Array.from([...first, ...second])));
}

describe("several outputs", () => {
	it("rotate with the targets: Q(Y O) = O^T Q(Y) O", () => {
		const O = symmetricEigen(engine, multiply(engine, three, three, { transposeA: true })).vectors;
		const [plain, rotated] = [solve(withTargets(three)), solve(withTargets(multiply(engine, three, O)))];
		const expected = multiply(engine, multiply(engine, O, Q(withTargets(three)), { transposeA: true }), O);
		expect(largestDifference(rotated.orderParameters.Q as Matrix, expected)).toBeLessThan(1e-11);
		expect(largestDifference(rotated.testMean!, multiply(engine, plain.testMean!, O))).toBeLessThan(1e-11);
		expect(rotated.logEvidence).toBeCloseTo(plain.logEvidence!, 10);
		const covariance = multiply(
			engine,
			multiply(engine, O, plain.testOutputCovariance![0]!, { transposeA: true }),
			O,
		);
		expect(largestDifference(rotated.testOutputCovariance![0]!, covariance)).toBeLessThan(1e-11);
	});

	it("with Y = (y, 0) are the theory of one output, for y and for 0", () => {
		const zero = new Float64Array(6);
		const both = solve(withTargets(columns(y, zero)));
		const [one, none] = [solve(withTargets(matrix(6, 1, y))), solve(withTargets(matrix(6, 1, zero)))];
		const scales = both.orderParameters.Q as Matrix;
		expect(scales.data[0]).toBeCloseTo((one.orderParameters.Q as number[])[0]!, 11);
		expect(scales.data[3]).toBeCloseTo((none.orderParameters.Q as number[])[0]!, 11);
		expect(scales.data[1]).toBeCloseTo(0, 12);
		expect(both.orderParameters.action).toBeCloseTo(
			(one.orderParameters.action as number) + (none.orderParameters.action as number),
			11,
		);
		const columnOf = (m: Matrix, d: number) => m.data.filter((_, e) => e % 2 === d);
		for (const [d, alone] of [one, none].entries()) {
			for (const quantity of ["trainMean", "trainVariance", "testMean", "testVariance"] as const) {
				columnOf(both[quantity]!, d).forEach((value, i) => {
					expect(value).toBeCloseTo(alone[quantity]!.data[i]!, 11);
				});
			}
		}
	});

	it("become those of infinite width as N grows, as 1/N", () => {
		const at = (width: number) => ({
			...withTargets(three),
			network: networkOf([denseLayer("erf", { width })]),
		});
		const departure = (width: number) => largestDifference(Q(at(width)), identity(3));
		// Second order in P/N = 6e-4.
		expect(departure(1e4) / departure(2e4)).toBeCloseTo(2, 2);
		const wide = solve(at(1e9));
		const nngp = solveTheory(findTheory("nngp"), at(1e9), {}, { engine, clock: () => 0 });
		expect(largestDifference(wide.testMean!, nngp.testMean!)).toBeLessThan(1e-7);
		expect(largestDifference(wide.testVariance!, nngp.testVariance!)).toBeLessThan(1e-7);
		// N (S - D) / 2 is known to N rounding units of D.
		expect(wide.logEvidence).toBeCloseTo(nngp.logEvidence!, 5);
	});

	it("without noise have equation (5) along each direction of Y^T K^-1 Y, and the mean of infinite width", () => {
		const problem = withTargets(three, { noiseVariance: 0 });
		const { orderParameters, testMean, convergence, trainMean, trainVariance } = solve(problem);
		expect(convergence.converged).toBe(true);
		const scales = orderParameters.Q as Matrix;
		// I - (1 - alpha) Q^-1 - Q^-1 (Y^T K^-1 Y / N) Q^-1 = 0, multiplied by Q from both sides: alpha = 6/5.
		const kernel = priorKernels(engine, problem).output.train;
		const { values, vectors } = symmetricEigen(engine, kernel);
		const projected = multiply(engine, vectors, three, { transposeA: true });
		const weighted = matrix(
			6,
			3,
			projected.data.map((x, e) => x / values[Math.floor(e / 3)]!),
		);
		const overlap = multiply(engine, projected, weighted, { transposeA: true, alpha: 1 / 5 });
		const square = multiply(engine, scales, scales);
		const residual = square.data.map((x, e) => x + 0.2 * scales.data[e]! - overlap.data[e]!);
		expect(Math.max(...residual.map(Math.abs))).toBeLessThan(1e-11);
		const nngp = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
		expect(largestDifference(testMean!, nngp.testMean!)).toBeLessThan(1e-11);
		expect(largestDifference(trainMean!, three)).toBeLessThan(1e-12);
		expect(trainVariance!.data.every((x) => x === 0)).toBe(true);
		const tiny = solve(withTargets(three, { noiseVariance: 1e-9 }));
		expect(largestDifference(tiny.orderParameters.Q as Matrix, scales)).toBeLessThan(1e-6);
	});

	it("report every minimum that they find", () => {
		// The two-minima problem of one output beside an output of zeros: the minima multiply.
		const spread = matrix(11, 11);
		for (let i = 0; i < 11; i++) spread.data[i * 12] = Math.sqrt(11 * (i < 10 ? 100 : 0.1));
		const along = new Float64Array(11);
		along[10] = Math.sqrt(10);
		const linear = networkOf([denseLayer("linear", { width: 5, weightVariance: 1 })], {
			readout: { weightVariance: 1, biasVariance: 0 },
		});
		const problem = (trainTargets: Matrix) =>
			smallProblem(linear, { trainInputs: spread, testInputs: normalMatrix(2, 11, 3), trainTargets });
		const one = solve(problem(matrix(11, 1, along)));
		const weight = one.validity
			.find(({ name }) => name === "stationaryPoints")!
			.message.match(/[\d.]+ %/)![0];
		expect(note(problem(columns(along, new Float64Array(11))), "minima")).toEqual({
			name: "minima",
			value: 2,
			message: `2 minima of the action were found from 3 starts; the next one has ${weight} of the weight of the one used and is neglected`,
		});
	});

	it("say what they do not give", () => {
		const { absent, kernels, trainCovariance, orderParameters } = solveTheory(
			findTheory("kernel-rescaling"),
			withTargets(three),
			{},
			{ engine, clock: () => 0, covariance: true },
		);
		expect(kernels).toEqual({});
		expect(trainCovariance).toBe(undefined);
		expect(Object.keys(orderParameters)).toEqual(["Q", "action", "logEvidenceSaddle"]);
		const common =
			"with several outputs the covariance of two points is a matrix over the outputs, not one number";
		expect(absent).toEqual({
			"kernels.preactivation":
				"this theory has no statement about the kernel of a hidden layer before the nonlinearity",
			"kernels.output": "the posterior of the hidden kernel is known for one scale only, not for a matrix",
			"kernels.predictor": "with several outputs the predictor has the covariance Q (x) K, not one kernel",
			trainCovariance: common,
			testCovariance: common,
		});
	});

	it("say how far to trust them", () => {
		expect(solve(withTargets(three)).validity.map(({ name }) => name)).toEqual([
			"P/N",
			"inputDimension",
			"Q.smallestEigenvalue",
			"Q.largestEigenvalue",
			"minima",
			"meanTerm",
			"smallestEigenvalue/noise",
			"recursion",
		]);
		const relu = smallProblem(networkOf([denseLayer("relu", { biasVariance: 0.2 })]), {
			trainTargets: three,
		});
		expect(note(relu, "meanTerm")).toEqual({
			name: "meanTerm",
			value: "ignored",
			message:
				"relu has a mean, whose term is not derived with several outputs and is ignored: worse than infinite width where the targets overlap with it",
		});
		const overlap = note(relu, "meanOverlap")!.value as number;
		expect(overlap).toBeGreaterThan(0);
		expect(overlap).toBeLessThan(1);
		const { values } = symmetricEigen(engine, Q(withTargets(three)));
		expect(note(withTargets(three), "Q.largestEigenvalue")!.value).toBeCloseTo(values[2]!, 12);
	});
});

describe("refusals of several outputs", () => {
	it("a readout bias", () => {
		const biased = networkOf([denseLayer("erf")], { readout: { weightVariance: 1, biasVariance: 0.5 } });
		expect(messageOf(() => solve(smallProblem(biased, { trainTargets: three })))).toBe(
			"kernel-rescaling takes no readout bias when there are several outputs; this problem has D = 3 and readout.biasVariance = 0.5.",
		);
	});

	it("the mean term", () => {
		expect(messageOf(() => solve(withTargets(three), { meanTerm: "include" }))).toBe(
			"meanTerm include needs one dense hidden layer and one output; this problem has L = 1 and D = 3.",
		);
	});

	it("dependent outputs without noise for P >= N", () => {
		expect(messageOf(() => solve(withTargets(columns(y, y), { noiseVariance: 0 })))).toBe(
			"trainTargets: wanted outputs that are linearly independent when noiseVariance is 0 and P >= N; got rank 1 of D = 2 outputs for P = 6 and N = 5. The action has no stationary point; give a positive noiseVariance.",
		);
	});

	it("says that it did not converge where the scales are out of reach", () => {
		const { convergence } = solve(
			withTargets(
				columns(
					y.map((x) => 1e40 * x),
					y,
				),
			),
		);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toBe(
			"No minimum of the action was found: the targets and the kernel differ by many orders of magnitude, or the layer is too narrow for this theory; rescale the targets or the weight variances, or raise noiseVariance.",
		);
	});
});
