import { matrix, multiply, transposed } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { type Problem, parseProblem } from "../../../src/index.ts";
import { diagonalizeModes } from "../../../src/theories/kernel-rescaling/modes.ts";
import { scalarAction } from "../../../src/theories/kernel-rescaling/scalar-action.ts";
import {
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";
import { inverseByElimination, logDeterminantByElimination, noisy } from "./elimination.ts";
import { engine, erfProblem, kernel, note, solve, y } from "./erf-problem.ts";

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
			const at = (t: number) => scalarAction(modes, targets, [N], t);
			const Q = Math.exp(theta);
			expect(at(theta).action).toBeCloseTo(N * (Q - theta) + energyByCholesky(Q, kappa, bias), 11);
			// Central differences: truncation step^2, rounding 1e-16 / step.
			expect(at(theta).slope).toBeCloseTo(
				(at(theta + step).action - at(theta - step).action) / (2 * step),
				7,
			);
			expect(N * Math.exp(at(theta).logCurvature!)).toBeCloseTo(
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
			const { slope } = scalarAction(modes, targets, [5], 0);
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
		const { slope } = scalarAction(modes, new Float64Array(2), [1], Math.log(Q));
		// det(Q K + b 1 1^T) = (1 - r) Q ((1 + r) Q + 2 b), r = 1 - 1e-11.
		const trace = 1 + (2 * Q) / (2 * Q + 2 * bias);
		expect(slope).toBeCloseTo(Q - 1 + trace, 9);
		expect(modes.noise[0]).toBe(0);
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
