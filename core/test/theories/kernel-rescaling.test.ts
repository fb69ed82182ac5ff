import { createEngine, type Matrix, matrix, multiply, transposed } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findTheory, type Problem, parseProblem, priorKernels, solveTheory } from "../../src/index.ts";
import { positiveCubicRoots } from "../../src/theories/kernel-rescaling/cubic.ts";
import { meanTermAction, rescaleWithMean } from "../../src/theories/kernel-rescaling/mean-term.ts";
import { diagonalizeModes } from "../../src/theories/kernel-rescaling/modes.ts";
import { rescaleByScan, scalarAction } from "../../src/theories/kernel-rescaling/scalar-action.ts";
import { messageOf } from "../helpers/message-of.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../helpers/problems.ts";

const engine = await createEngine({ engine: "reference" });
const solve = (problem: Problem, options: object = {}) =>
	solveTheory(findTheory("kernel-rescaling"), problem, options, { engine, clock: () => 0 });
const note = (problem: Problem, name: string, options: object = {}) =>
	solve(problem, options).validity.find((entry) => entry.name === name);

const erfProblem = smallProblem(networkOf([denseLayer("erf", { width: 5 })]));
const kernel = priorKernels(engine, erfProblem).output.train;
const y = erfProblem.trainTargets.data;

describe("the scalar action", () => {
	it.each([
		["noise", 0.1, 0],
		["noise and readout bias", 0.1, 0.4],
		["readout bias without noise", 0, 0.4],
	])(
		"with %s is the determinant and quadratic form of A, with the right derivatives",
		(_name, kappa, bias) => {
			const modes = diagonalizeModes(engine, kernel, kappa, bias);
			const targets = modes.project(y);
			const [N, theta, step] = [5, 0.3, 1e-4];
			const at = (t: number) => scalarAction(modes, targets, N, t);
			const Q = Math.exp(theta);
			expect(at(theta).action).toBeCloseTo(Q - theta + energyByCholesky(Q, kappa, bias) / N, 12);
			// Central differences: truncation step^2, rounding 1e-16 / step.
			expect(at(theta).slope).toBeCloseTo(
				(at(theta + step).action - at(theta - step).action) / (2 * step),
				7,
			);
			expect(at(theta).curvature).toBeCloseTo(
				(at(theta + step).slope - at(theta - step).slope) / (2 * step),
				7,
			);
		},
	);

	it("gives Q = 1 at infinite width and departs from it as 1/N", () => {
		const scaleAt = (width: number) =>
			(solve(smallProblem(networkOf([denseLayer("erf", { width })]))).orderParameters.Q as number[])[0]! - 1;
		expect(Math.abs(scaleAt(1e9))).toBeLessThan(1e-8);
		// Second order in P/N = 6e-4.
		expect(scaleAt(1e4) / scaleAt(2e4)).toBeCloseTo(2, 2);
	});

	it("averages to Q = 1 over targets drawn from the prior with its noise: dS/dtheta has mean 0 there", () => {
		const kappa = 0.1;
		const modes = diagonalizeModes(engine, kernel, kappa, 0);
		const draws = 4000;
		const normals = normalMatrix(draws, 6, 21);
		let [sum, squares] = [0, 0];
		for (let i = 0; i < draws; i++) {
			// In the eigenbasis of K the targets have independent entries of variance l_k + kappa.
			const targets = modes.signal.map((l, k) => Math.sqrt(l + kappa) * normals.data[6 * i + k]!);
			const { slope } = scalarAction(modes, targets, 5, 0);
			sum += slope;
			squares += slope * slope;
		}
		const standardError = Math.sqrt((squares / draws - (sum / draws) ** 2) / draws);
		expect(Math.abs(sum / draws) / standardError).toBeLessThan(4);
	});

	it("is continuous in the noise down to the closed form without noise", () => {
		const problem = (noiseVariance: number) => smallProblem(erfProblem.network, { noiseVariance });
		const [none, tiny] = [solve(problem(0)), solve(problem(1e-9))];
		expect(none.convergence.residual).toBeLessThan(1e-13);
		expect((tiny.orderParameters.Q as number[])[0]).toBeCloseTo((none.orderParameters.Q as number[])[0]!, 7);
		expect(tiny.logEvidence).toBeCloseTo(none.logEvidence!, 6);
		expect(largestDifference(tiny.testMean!, none.testMean!)).toBeLessThan(1e-7);
	});

	it("is continuous in the readout bias", () => {
		for (const noiseVariance of [0, 0.1]) {
			const problem = (biasVariance: number) =>
				smallProblem(
					networkOf([denseLayer("erf", { width: 5 })], { readout: { weightVariance: 1.2, biasVariance } }),
					{ noiseVariance },
				);
			const [none, tiny] = [solve(problem(0)), solve(problem(1e-9))];
			expect(tiny.orderParameters.action).toBeCloseTo(none.orderParameters.action as number, 7);
			expect(largestDifference(tiny.testMean!, none.testMean!)).toBeLessThan(1e-7);
			expect(Object.keys(none.absent)).toEqual(["kernels.preactivation"]);
			expect(tiny.absent["kernels.output"]).toBe(
				"the posterior of the hidden kernel is known without readout bias and without the mean term only",
			);
		}
	});

	it("finds both minima where labels lie along a small eigenvalue, and weighs them", () => {
		const problem = twoMinimaProblem();
		const { orderParameters, validity } = solve(problem);
		const points = orderParameters.stationaryPoints as number[];
		const actions = orderParameters.stationaryActions as number[];
		expect(points.length).toBe(3);
		expect([...points].sort((a, b) => a - b)).toEqual(points);
		const [lowest, next] = [actions[0]!, actions[2]!].sort((a, b) => a - b);
		expect(orderParameters.action).toBe(lowest);
		const weight = Math.exp(-2.5 * (next! - lowest!));
		expect(validity.find(({ name }) => name === "stationaryPoints")).toEqual({
			name: "stationaryPoints",
			value: 3,
			message: `the next minimum has ${(100 * weight).toPrecision(2)} % of the weight of the one used and is neglected; it can still dominate the mean where the two scales differ by orders of magnitude`,
		});
	});

	const withTargets = (size: number, noiseVariance: number) =>
		smallProblem(erfProblem.network, {
			trainTargets: matrix(6, 1, new Float64Array(6).fill(size)),
			noiseVariance,
		});

	it("widens the search where the minimum must lie beyond its end", () => {
		// Zero targets, P > N: Q is so small that Q K is of the order of the noise.
		const small = solve(withTargets(0, 1e-12));
		expect(small.convergence.converged).toBe(true);
		expect((small.orderParameters.Q as number[])[0]).toBeLessThan(Math.exp(-20));
		// Huge targets: without noise beside them, the closed form.
		const [huge, noiseless] = [solve(withTargets(1e12, 0.1)), solve(withTargets(1e12, 0))];
		expect(huge.convergence.converged).toBe(true);
		expect(
			(huge.orderParameters.Q as number[])[0]! / (noiseless.orderParameters.Q as number[])[0]!,
		).toBeCloseTo(1, 6);
	});

	it("says that it did not converge when the scale leaves the searched range", () => {
		const { convergence } = solve(withTargets(1e40, 0.1));
		expect(convergence.converged).toBe(false);
		expect(convergence.residual).toBeGreaterThan(1);
		expect(convergence.advice).toBe(
			"No stationary point was found: the targets and the kernel differ by many orders of magnitude, or the layer is too narrow for this theory; rescale the targets or the weight variances.",
		);
	});

	it("counts nothing along the directions that a singular kernel lacks, whatever rounding leaves there", () => {
		// Rank 1, five points, targets off the kernel: y_k^2 l_k / kappa^2 would turn l_k = 1e-15 into 1e-7.
		const inputs = Float64Array.of(0.3, -1.7, 0.9, 2.1, -0.6);
		const targets = Float64Array.of(1, 0.5, -2, 0.3, 1.1);
		const kappa = 1e-4;
		const linear = networkOf([denseLayer("linear", { width: 5, weightVariance: 1.3 })], {
			readout: { weightVariance: 1, biasVariance: 0 },
		});
		const { testInputs: _, ...problem } = smallProblem(linear, {
			trainInputs: matrix(5, 1, inputs),
			trainTargets: matrix(5, 1, targets),
			noiseVariance: kappa,
		});
		const norm = inputs.reduce((sum, x) => sum + x * x, 0);
		const along = inputs.reduce((sum, x, i) => sum + x * targets[i]!, 0) ** 2 / norm;
		const Q = (solve(problem).orderParameters.Q as number[])[0]!;
		const a = kappa + Q * 1.3 * norm;
		expect(Q - 1 + ((Q * 1.3 * norm) / a - (along * Q * 1.3 * norm) / (a * a)) / 5).toBeCloseTo(0, 13);
		expect(note(problem, "smallestEigenvalue/noise")!.message).toMatch(
			/\(4 below the rounding of the largest one, used as 0\), over the noise variance$/,
		);
	});

	it("keeps the readout bias of rank one beside a nearly singular kernel", () => {
		const [kernelOfTwo, bias, Q] = [matrix(2, 2, Float64Array.of(1, 1 - 1e-11, 1 - 1e-11, 1)), 50, 1e-3];
		const modes = diagonalizeModes(engine, kernelOfTwo, 0, bias);
		const { slope } = scalarAction(modes, new Float64Array(2), 1, Math.log(Q));
		// det(Q K + b 1 1^T) = (1 - r) Q ((1 + r) Q + 2 b), r = 1 - 1e-11.
		const trace = 1 + (2 * Q) / (2 * Q + 2 * bias);
		expect(slope).toBeCloseTo(Q - 1 + trace, 9);
		expect(modes.noise[0]).toBe(0);
	});
});

describe("the mean term", () => {
	const modes = diagonalizeModes(engine, kernel, 0.1, 0);
	const targets = modes.project(y);
	const mean = modes.project(normalMatrix(6, 1, 31).data.map((x) => 0.3 * x));

	it("with m = 0 is the scalar theory: the action smaller by 1, the rest equal", () => {
		const scalar = rescaleByScan(modes, targets, 5).chosen;
		const withMean = rescaleWithMean({ modes, targets, mean: new Float64Array(6), width: 5 }).chosen;
		expect(withMean.scale).toBeCloseTo(scalar.scale, 11);
		expect(withMean.action).toBeCloseTo(scalar.action - 1, 12);
		// log(-det H) = log S'': the integral over the auxiliary variable is exact.
		expect(withMean.logCurvature).toBeCloseTo(scalar.logCurvature!, 11);
	});

	it("included for an odd activation changes nothing but the action", () => {
		const [ignored, included] = ["ignore", "include"].map((meanTerm) => solve(erfProblem, { meanTerm }));
		expect(largestDifference(included!.testMean!, ignored!.testMean!)).toBeLessThan(1e-11);
		expect(included!.logEvidence).toBeCloseTo(ignored!.logEvidence!, 10);
	});

	it("has the gradient and the Hessian of its action", () => {
		const problem = { modes, targets, mean, width: 5 };
		const [p, q, step] = [-0.3, 1.4, 1e-4];
		const at = (x: number, z: number) => meanTermAction(problem, z, 1 / (1 + x));
		const { gradient, hessian } = at(p, q);
		const difference = (f: (e: number) => number) => (f(step) - f(-step)) / (2 * step);
		// Truncation step^2 times a third derivative of up to 10.
		expect(gradient[0]).toBeCloseTo(
			difference((e) => at(p + e, q).action),
			6,
		);
		expect(gradient[1]).toBeCloseTo(
			difference((e) => at(p, q + e).action),
			6,
		);
		expect(hessian[0]).toBeCloseTo(
			difference((e) => at(p + e, q).gradient[0]),
			6,
		);
		expect(hessian[1]).toBeCloseTo(
			difference((e) => at(p + e, q).gradient[1]),
			6,
		);
		expect(hessian[1]).toBeCloseTo(
			difference((e) => at(p, q + e).gradient[0]),
			6,
		);
		expect(hessian[2]).toBeCloseTo(
			difference((e) => at(p, q + e).gradient[1]),
			6,
		);
	});

	it.each([
		["relu", 0],
		["sigmoid", 0.1],
	])(
		"of %s at width 1 finds no root where the equations run flat, and says so",
		(activation, noiseVariance) => {
			const { convergence, orderParameters } = solve(
				smallProblem(networkOf([denseLayer(activation, { width: 1 })]), { noiseVariance }),
			);
			expect(convergence.converged).toBe(false);
			expect(convergence.residual).toBeGreaterThan(1);
			expect((orderParameters.meanTermScale as number[])[0]).toBeLessThan(Math.exp(20));
		},
	);

	it("is decided by the activation, and says how much of the targets it concerns", () => {
		const relu = smallProblem(networkOf([denseLayer("relu")]));
		expect(note(relu, "meanTerm")!.value).toBe("included");
		expect(note(relu, "meanTerm", { meanTerm: "ignore" })!.value).toBe("ignored");
		expect(note(erfProblem, "meanTerm")!.value).toBe("none");
		expect(note(erfProblem, "meanOverlap")).toBe(undefined);
		const overlap = note(relu, "meanOverlap")!.value as number;
		expect(overlap).toBeGreaterThan(0);
		expect(overlap).toBeLessThan(1);
		expect(solve(relu).orderParameters.meanTermScale).toHaveLength(1);
	});

	it("finds all positive roots of a cubic", () => {
		const roots = positiveCubicRoots(1, -6, 11, -6);
		for (const [i, root] of roots.entries()) expect(root).toBeCloseTo(i + 1, 13);
		expect(roots.length).toBe(3);
		expect(positiveCubicRoots(0, 0, 2, -3)[0]).toBeCloseTo(1.5, 13);
		expect(positiveCubicRoots(1, 1, 1, -3)).toHaveLength(1);
		expect(positiveCubicRoots(0, -1, 1, -1)).toEqual([]);
		expect(positiveCubicRoots(0, -1, 3, -2).map((root) => Math.round(root * 1e12) / 1e12)).toEqual([1, 2]);
	});
});

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
			"two layers",
			smallProblem(networkOf([denseLayer("erf"), denseLayer("erf")])),
			"kernel-rescaling is available for one hidden layer only; this network has L = 2.",
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

/** log det A + y^T A^-1 y from A itself. */
function energyByCholesky(Q: number, kappa: number, bias: number): number {
	const A = noisy(
		matrix(
			6,
			6,
			kernel.data.map((k) => Q * k + bias),
		),
		kappa,
	);
	const inverse = inverseByElimination(A);
	const quadratic = multiply(
		engine,
		multiply(engine, transposed(erfProblem.trainTargets), inverse),
		erfProblem.trainTargets,
	);
	return logDeterminantByElimination(A) + quadratic.data[0]!;
}

function noisy(m: Matrix, kappa: number): Matrix {
	return matrix(
		m.rows,
		m.columns,
		m.data.map((x, e) => (e % (m.columns + 1) === 0 ? x + kappa : x)),
	);
}

/** Gauss-Jordan elimination without pivoting: fine for a small positive definite matrix. */
function eliminate(a: Matrix): { inverse: Matrix; pivots: number[] } {
	const n = a.rows;
	const work = Array.from({ length: n }, (_, i) => [
		...a.data.slice(i * n, (i + 1) * n),
		...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
	]);
	const pivots = work.map((row, i) => {
		const pivot = row[i]!;
		for (let j = 0; j < 2 * n; j++) row[j]! /= pivot;
		work.forEach((other, k) => {
			if (k === i) return;
			const factor = other[i]!;
			for (let j = 0; j < 2 * n; j++) other[j]! -= factor * row[j]!;
		});
		return pivot;
	});
	return { inverse: matrix(n, n, Float64Array.from(work.flatMap((row) => row.slice(n)))), pivots };
}

function inverseByElimination(a: Matrix): Matrix {
	return eliminate(a).inverse;
}

function logDeterminantByElimination(a: Matrix): number {
	return eliminate(a).pivots.reduce((sum, pivot) => sum + Math.log(pivot), 0);
}

/** N = 5, kappa = 0.1, ten eigenvalues 100 and one 0.1, labels of squared length 10 along the last. */
function twoMinimaProblem(): Problem {
	const diagonal = (i: number) => Math.sqrt(11 * (i < 10 ? 100 : 0.1));
	const identity = Array.from({ length: 11 }, (_, i) => i);
	return parseProblem({
		name: "two minima",
		trainInputs: identity.map((i) => identity.map((j) => (i === j ? diagonal(i) : 0))),
		trainTargets: identity.map((i) => (i === 10 ? Math.sqrt(10) : 0)),
		network: {
			layers: [{ type: "dense", width: 5, activation: "linear", weightVariance: 1 }],
			readout: { weightVariance: 1 },
			scaling: "standard",
		},
		noiseVariance: 0.1,
	});
}
