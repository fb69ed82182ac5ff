import {
	createEngine,
	diagonal,
	identity,
	type Matrix,
	matrix,
	multiply,
	transposed,
} from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Problem, priorKernels } from "../../src/index.ts";
import { combineBlocks } from "../../src/kernels/kernel-blocks.ts";
import type { MatrixScale } from "../../src/matrix-scale/matrix-scale.ts";
import { outputScales } from "../../src/matrix-scale/output-scales.ts";
import { patchKernels } from "../../src/matrix-scale/patch-kernels.ts";
import { patchScales } from "../../src/matrix-scale/patch-scales.ts";
import { gaussianProcessPosterior } from "../../src/theories/gaussian-process.ts";
import { faultOf } from "../helpers/fault-of.ts";
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

const engine = await createEngine();

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

/** Small noise, noise above the variances of the prior, and none. */
const settings = [
	{ noiseVariance: 0.1, biasVariance: 0 },
	{ noiseVariance: 0.1, biasVariance: 0.4 },
	{ noiseVariance: 40, biasVariance: 0 },
	{ noiseVariance: 40, biasVariance: 0.4 },
	{ noiseVariance: 0, biasVariance: 0 },
];

/** Rounding times the condition number of K, some hundreds, and numbers up to ten. */
const BOUND = 1e-11;

/** C + noise I. */
const withNoise = (C: Matrix, noiseVariance: number) => plusTimes(C, identity(C.rows), noiseVariance);

/** Mean and covariance of f at points that covary with the targets by `cross` and with each other by `prior`. */
function posteriorAt(cross: Matrix, prior: Matrix, inverse: Matrix, y: Matrix) {
	const weights = multiply(engine, cross, inverse);
	const removed = multiply(engine, weights, cross, { transposeB: true });
	return { mean: multiply(engine, weights, y), covariance: plusTimes(prior, removed, -1) };
}

const diagonalColumn = (m: Matrix) => matrix(m.rows, 1, diagonal(m));
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
	it.each(settings)("noise $noiseVariance, readout bias $biasVariance", ({ noiseVariance, biasVariance }) => {
		const problem = denseProblem(biasVariance, { noiseVariance });
		const Q = someScales(D, 5);
		const model = outputs(problem);
		const kernel = priorKernels(engine, problem, { testCovariance: true }).outputWeights;
		const C = crossCovariance(Q, kernel.train, biasVariance);
		const A = withNoise(C, noiseVariance);
		const y = matrix(6 * D, 1, transposed(problem.trainTargets).data);
		const inverse = inverseByElimination(A);
		const quadratic = multiply(engine, y, multiply(engine, inverse, y), { transposeA: true }).data[0]!;
		const energy = logDeterminantByElimination(A) + quadratic;
		expect(Math.abs(model.energy(Q) - energy)).toBeLessThan(BOUND * (1 + quadratic));
		expect([model.size, model.targetCount]).toEqual([D, 6 * D]);

		const prediction = model.predict(Q);
		const train = posteriorAt(C, C, inverse, y);
		const test = posteriorAt(
			crossCovariance(Q, kernel.test!.cross, biasVariance),
			crossCovariance(Q, kernel.test!.covariance!, biasVariance),
			inverse,
			y,
		);
		/** Outputs slow to points slow. */
		const byPoints = (m: Matrix) => transposed(matrix(D, m.data.length / D, m.data));
		expect(largestDifference(prediction.trainMean, byPoints(train.mean))).toBeLessThan(BOUND);
		expect(
			largestDifference(prediction.trainVariance, byPoints(diagonalColumn(train.covariance))),
		).toBeLessThan(BOUND);
		expect(largestDifference(prediction.testMean!, byPoints(test.mean))).toBeLessThan(BOUND);
		expect(
			largestDifference(prediction.testVariance!, byPoints(diagonalColumn(test.covariance))),
		).toBeLessThan(BOUND);
		const atPoints = matrix(3, D * D);
		for (let i = 0; i < 3; i++) {
			for (let d = 0; d < D; d++) {
				for (let e = 0; e < D; e++) {
					atPoints.data[i * D * D + d * D + e] = test.covariance.data[(d * 3 + i) * 3 * D + e * 3 + i]!;
				}
			}
		}
		expect(largestDifference(prediction.testOutputCovariance!, atPoints)).toBeLessThan(BOUND);
	});

	it("also for a singular Q whose smallest eigenvalue rounding made negative", () => {
		const model = outputs(denseProblem(0, { noiseVariance: 1e-17 }));
		const at = (q: number) => model.energy(matrix(D, D, Float64Array.of(1, 0, 0, 0, 2, 0, 0, 0, q)));
		expect(at(0)).toBeLessThan(Number.POSITIVE_INFINITY);
		expect(at(-1e-16)).toBe(at(0));
		expect(at(-1e-12)).toBe(Number.POSITIVE_INFINITY);
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

	it.each(settings)(
		"are the Gaussian process with kernel K(Q): noise $noiseVariance, readout bias $biasVariance",
		({ noiseVariance, biasVariance }) => {
			const problem = convolution(biasVariance, "erf", { noiseVariance });
			const y = problem.trainTargets;
			const Q = someScales(4, 7);
			const model = patches(problem, { covariance: true });
			const { train, test } = combineBlocks([model.kernelAt(Q)], 1, biasVariance);
			const A = withNoise(train, noiseVariance);
			const inverse = inverseByElimination(A);
			const quadratic = multiply(engine, y, multiply(engine, inverse, y), { transposeA: true }).data[0]!;
			const energy = logDeterminantByElimination(A) + quadratic;
			expect(Math.abs(model.energy(Q) - energy)).toBeLessThan(BOUND * (1 + quadratic));
			expect([model.size, model.targetCount]).toEqual([4, 6]);
			const prediction = model.predict(Q);
			const expectedTrain = posteriorAt(train, train, inverse, y);
			const expectedTest = posteriorAt(test!.cross, test!.covariance!, inverse, y);
			const near = (a: Matrix, b: Matrix) => expect(largestDifference(a, b)).toBeLessThan(BOUND);
			near(prediction.trainMean, expectedTrain.mean);
			near(prediction.trainCovariance!, expectedTrain.covariance);
			near(prediction.trainVariance, diagonalColumn(expectedTrain.covariance));
			near(prediction.testMean!, expectedTest.mean);
			near(prediction.testCovariance!, expectedTest.covariance);
			near(prediction.testVariance!, diagonalColumn(expectedTest.covariance));
			const plain = patches(problem).predict(Q);
			expect(Object.keys(plain).sort()).toEqual([
				"testMean",
				"testVariance",
				"trainMean",
				"trainVariance",
				"validity",
			]);
			near(plain.testMean!, prediction.testMean!);
		},
	);

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

describe("there is no prediction without a positive definite covariance", () => {
	it("of outputs", () => {
		const model = outputs(denseProblem(0, { noiseVariance: 0 }));
		expect(faultOf(() => model.predict(matrix(D, D)))).toBe(
			"scales: wanted a matrix of scales for which the covariance of the targets is positive definite; got one with an " +
				"eigenvalue 0.0e+0 of that covariance. Give positive definite scales, or a larger noiseVariance.",
		);
	});

	it("over patches", () => {
		const model = patches(convolution(0, "erf", { noiseVariance: 0 }));
		expect(faultOf(() => model.predict(matrix(4, 4)))).toBe(
			"noiseVariance: wanted a noise that makes the kernel of the training points positive definite; got 0 with a kernel " +
				"whose smallest eigenvalue is 0.0e+0 (the largest is 0.0e+0). The kernel vanishes: any positive noiseVariance would suffice.",
		);
	});
});
