import { createEngine, identity, type Matrix, matrix, multiply, transposed } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Problem, priorKernels } from "../../src/index.ts";
import type { MatrixScale } from "../../src/matrix-scale/matrix-scale.ts";
import { outputScales } from "../../src/matrix-scale/output-scales.ts";
import { patchKernels } from "../../src/matrix-scale/patch-kernels.ts";
import { patchScales } from "../../src/matrix-scale/patch-scales.ts";
import { gaussianProcessPosterior } from "../../src/theories/gaussian-process.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../helpers/problems.ts";
import {
	inverseByElimination,
	logDeterminantByElimination,
} from "../theories/kernel-rescaling/elimination.ts";

const engine = await createEngine({ engine: "reference" });

/** F F^T / n with F of normals: positive definite, of order 1. */
function someScales(n: number, seed: number): Matrix {
	const F = normalMatrix(n, n, seed);
	return multiply(engine, F, F, { transposeB: true, alpha: 1 / n });
}

function symmetricDirection(n: number, seed: number): Matrix {
	const m = normalMatrix(n, n, seed);
	return matrix(
		n,
		n,
		m.data.map((x, e) => (x + transposed(m).data[e]!) / 2),
	);
}

const plusTimes = (a: Matrix, b: Matrix, t: number) =>
	matrix(
		a.rows,
		a.columns,
		a.data.map((x, e) => x + t * b.data[e]!),
	);

const [D, kappa] = [3, 0.1];
const readout = { weightVariance: 1.2, biasVariance: 0.4 };
const denseProblem = (biasVariance: number, changes: Partial<Problem> = {}) =>
	smallProblem(networkOf([denseLayer("erf")], { readout: { ...readout, biasVariance } }), {
		trainTargets: normalMatrix(6, D, 2),
		...changes,
	});
const convolution = (biasVariance: number, activation = "erf", changes: Partial<Problem> = {}) =>
	smallProblem(
		networkOf([convolutionLayer(activation, { biasVariance: 0.3 })], {
			readout: { ...readout, biasVariance },
		}),
		changes,
	);

function outputs({ network, trainTargets, noiseVariance, ...points }: Problem): MatrixScale {
	const prior = priorKernels(engine, { network, ...points });
	const { biasVariance } = network.readout;
	return outputScales(engine, prior.outputWeights, trainTargets, noiseVariance, biasVariance);
}

function patches(problem: Problem, { covariance = false } = {}) {
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	const { noiseVariance, network, trainTargets } = problem;
	const pairs = patchKernels(engine, problem, prior, true);
	return patchScales(engine, pairs, trainTargets, noiseVariance, network.readout.biasVariance, {
		covariance,
	});
}

/** Q (x) K + I (x) (s_b^2 1 1^T), outputs slow, over points given by a kernel. */
function crossCovariance(Q: Matrix, K: Matrix, biasVariance: number): Matrix {
	const result = matrix(D * K.rows, D * K.columns);
	for (let d = 0; d < D; d++) {
		for (let e = 0; e < D; e++) {
			for (let i = 0; i < K.rows; i++) {
				for (let j = 0; j < K.columns; j++) {
					result.data[(d * K.rows + i) * D * K.columns + e * K.columns + j] =
						Q.data[d * D + e]! * K.data[i * K.columns + j]! + (d === e ? biasVariance : 0);
				}
			}
		}
	}
	return result;
}

describe("scales over outputs are the Gaussian process with covariance Q (x) K", () => {
	it.each([0, 0.4])("with readout bias variance %f", (biasVariance) => {
		const problem = denseProblem(biasVariance);
		const Q = someScales(D, 5);
		const model = outputs(problem);
		const kernel = priorKernels(engine, problem, { testCovariance: true }).outputWeights;
		const C = crossCovariance(Q, kernel.train, biasVariance);
		const A = matrix(
			6 * D,
			6 * D,
			C.data.map((x, e) => (e % (6 * D + 1) === 0 ? x + kappa : x)),
		);
		const y = matrix(6 * D, 1, transposed(problem.trainTargets).data);
		const inverse = inverseByElimination(A);
		const b = multiply(engine, inverse, y);
		const quadratic = multiply(engine, y, b, { transposeA: true }).data[0]!;
		expect(model.energy(Q)).toBeCloseTo(logDeterminantByElimination(A) + quadratic, 11);
		expect(model.targetCount).toBe(6 * D);

		const prediction = model.predict(Q);
		const posterior = (cross: Matrix, prior: Matrix) => {
			const weights = multiply(engine, cross, inverse);
			const removed = multiply(engine, weights, cross, { transposeB: true });
			return { mean: multiply(engine, weights, y).data, covariance: plusTimes(prior, removed, -1) };
		};
		const train = posterior(C, C);
		const test = posterior(
			crossCovariance(Q, kernel.test!.cross, biasVariance),
			crossCovariance(Q, kernel.test!.covariance!, biasVariance),
		);
		for (let d = 0; d < D; d++) {
			for (let i = 0; i < 6; i++) {
				expect(prediction.trainMean.data[i * D + d]).toBeCloseTo(train.mean[d * 6 + i]!, 12);
				expect(prediction.trainVariance.data[i * D + d]).toBeCloseTo(
					train.covariance.data[(d * 6 + i) * (6 * D + 1)]!,
					12,
				);
			}
			for (let i = 0; i < 3; i++) {
				expect(prediction.testMean!.data[i * D + d]).toBeCloseTo(test.mean[d * 3 + i]!, 12);
				for (let e = 0; e < D; e++) {
					const expected = test.covariance.data[(d * 3 + i) * 3 * D + e * 3 + i]!;
					expect(prediction.testOutputCovariance!.data[i * D * D + d * D + e]).toBeCloseTo(expected, 12);
					if (d === e) expect(prediction.testVariance!.data[i * D + d]).toBeCloseTo(expected, 12);
				}
			}
		}
	});

	it("is the interpolating process without noise", () => {
		const problem = denseProblem(0, { noiseVariance: 0 });
		const { trainMean, trainVariance, validity } = outputs(problem).predict(someScales(D, 5));
		expect(largestDifference(trainMean, problem.trainTargets)).toBeLessThan(1e-13);
		expect(trainVariance.data.every((x) => x === 0)).toBe(true);
		expect(validity).toEqual([]);
	});
});

describe("scales over patches", () => {
	it("at Q = I are the infinite-width prior, bias and covariances included", () => {
		const problem = convolution(0.4);
		const prior = priorKernels(engine, problem, { testCovariance: true });
		const expected = gaussianProcessPosterior(engine, prior.output, problem.trainTargets, kappa, {
			covariance: true,
		});
		const model = patches(problem, { covariance: true });
		const { testMean, testVariance, testCovariance, trainCovariance } = model.predict(identity(4));
		expect(largestDifference(testMean!, expected.testMean!)).toBeLessThan(1e-14);
		expect(largestDifference(testVariance!, matrix(3, 1, expected.testVariance!))).toBeLessThan(1e-14);
		expect(largestDifference(testCovariance!, expected.testCovariance!)).toBeLessThan(1e-14);
		expect(largestDifference(trainCovariance!, expected.trainCovariance!)).toBeLessThan(1e-14);
		expect(model.energy(identity(4))).toBeCloseTo(-2 * expected.logEvidence - 6 * Math.log(2 * Math.PI), 12);
	});

	it("are for linear units a dense prior whose weights have covariance Q between patches", () => {
		const problem = convolution(0, "linear", { network: networkOf([convolutionLayer("linear")]) });
		const Q = someScales(4, 7);
		const kernel = patches(problem, { covariance: true }).kernelAt(Q);
		// (1/n_p) sum_ij Q_ij (s^2 s_a^2 / 3) x_i . x'_j: the inputs through a metric that acts on patches.
		const metric = matrix(12, 12);
		for (let i = 0; i < 12; i++) {
			for (let j = 0; j < 12; j++) {
				if (i % 3 !== j % 3) continue;
				metric.data[12 * i + j] = (1.2 / 12) * Q.data[4 * Math.floor(i / 3) + Math.floor(j / 3)]!;
			}
		}
		const product = (x: Matrix, z: Matrix) =>
			multiply(engine, multiply(engine, x, metric), z, { transposeB: true });
		const { trainInputs, testInputs } = problem;
		expect(largestDifference(kernel.train, product(trainInputs, trainInputs))).toBeLessThan(1e-14);
		expect(largestDifference(kernel.test!.cross, product(testInputs!, trainInputs))).toBeLessThan(1e-14);
		expect(largestDifference(kernel.test!.covariance!, product(testInputs!, testInputs!))).toBeLessThan(
			1e-14,
		);
		const withoutCovariance = patches(problem).kernelAt(Q);
		const diagonal = kernel.test!.covariance!.data.filter((_, e) => e % 4 === 0);
		withoutCovariance.test!.diagonal.forEach((x, s) => {
			expect(x).toBeCloseTo(diagonal[s]!, 14);
		});
	});
});

describe.each([
	["outputs", outputs(denseProblem(0.4))],
	["outputs without noise", outputs(denseProblem(0, { noiseVariance: 0 }))],
	["patches", patches(convolution(0.4))],
])("derivatives of the energy over %s", (_name, model) => {
	const n = model.size;
	const Q = plusTimes(someScales(n, 5), identity(n), 0.3);
	const [Z, W] = [symmetricDirection(n, 8), symmetricDirection(n, 9)];
	const inner = (a: Matrix, b: Matrix) => a.data.reduce((sum, x, e) => sum + x * b.data[e]!, 0);
	const slopeAlong = (at: Matrix, direction: Matrix) => {
		const { spread, pull } = model.slope(at)!;
		return inner(plusTimes(spread, pull, -1), direction);
	};

	it("are its differences", () => {
		// Truncation: step^2 times third derivatives of up to 1e3.
		const step = 1e-5;
		expect(model.slope(Q)!.energy).toBe(model.energy(Q));
		const difference =
			(model.energy(plusTimes(Q, Z, step)) - model.energy(plusTimes(Q, Z, -step))) / (2 * step);
		expect(slopeAlong(Q, Z) / difference).toBeCloseTo(1, 7);
		const curvature = model.curvature(Q, [Z, W]);
		const second = (direction: Matrix) =>
			(slopeAlong(plusTimes(Q, Z, step), direction) - slopeAlong(plusTimes(Q, Z, -step), direction)) /
			(2 * step);
		expect(curvature.data[0]! / second(Z)).toBeCloseTo(1, 7);
		expect(curvature.data[1]! / second(W)).toBeCloseTo(1, 6);
		expect(curvature.data[2]! / curvature.data[1]!).toBeCloseTo(1, 11);
	});

	it("end where the covariance is not positive definite", () => {
		const negative = plusTimes(matrix(n, n), identity(n), -100);
		expect(model.energy(negative)).toBe(Number.POSITIVE_INFINITY);
		expect(model.slope(negative)).toBe(undefined);
	});
});
