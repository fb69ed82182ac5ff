/** Without noise: the closed forms against known Bessel functions, the quadrature, small noise and limits. */
import { describe, expect, it } from "vitest";
import type { Problem } from "../../../src/index.ts";
import {
	generalizedInverseGaussian,
	logBesselK,
} from "../../../src/scale-mixture/generalized-inverse-gaussian.ts";
import { solveOneOutput } from "../../../src/scale-mixture/one-output.ts";
import { dense, randomProblem } from "../../samplers/problems.ts";
import { differenceOf, engine, relative, solve } from "./solve.ts";

describe("logBesselK", () => {
	// 16 digits by an arbitrary-precision library.
	it.each([
		[0, 1e-8, 2.91974781742244],
		[0, 1, -0.865064398906788],
		[2.5, 7, -7.348524578845165],
		[-0.5, 3, -3.323514791689327],
		[20, 0.1, 98.56125089925291],
		[100, 3, 317.8718227400005],
		[100, 1000, -998.234850360728],
		[3, 800, -803.111049181101],
		[4950, 60, 20320.22048098928],
		[0, 50, -51.73269565529093],
		[50.5, 50, -28.10584186504828],
	])("of order %d at %d", (order, z, expected) => {
		// A few rounding units of the largest number that enters.
		expect(Math.abs(logBesselK(order, z) - expected)).toBeLessThan(1e-15 * (Math.abs(expected) + z + 10));
	});
});

describe("generalizedInverseGaussian", () => {
	it("has the moments of the gamma law for b = 0", () => {
		const { mean, deviation, inverseMean, logIntegral } = generalizedInverseGaussian(3, 8, 0);
		expect(mean).toBeCloseTo(6 / 8, 14);
		expect(deviation).toBeCloseTo(Math.sqrt(12) / 8, 14);
		expect(inverseMean).toBeCloseTo(8 / 4, 14);
		// Gamma(3) / 4^3.
		expect(logIntegral).toBeCloseTo(Math.log(2 / 64), 14);
	});

	it("keeps its digits for a billion units", () => {
		const N = 2 ** 30;
		const { mean, deviation } = generalizedInverseGaussian((N - 10) / 2, N, 10);
		// q ~ 1 with variance 2/N, corrections of relative order P/N.
		expect(Math.abs(mean - 1)).toBeLessThan(100 / N);
		expect(Math.abs(deviation * Math.sqrt(N / 2) - 1)).toBeLessThan(100 / N);
	});
});

const shape = { points: 5, inputs: 8, testPoints: 3, noiseVariance: 0 };

describe.each([1, 4, 5, 6, 40])("zero noise, width %d, 5 points", (width) => {
	const problem = randomProblem({ ...shape, layers: [dense(width, "linear")] });
	const answer = solve("deep-linear", problem, {}, true);

	it("agrees with the quadrature over the scale", () => {
		const { scale, logEvidence, kernelNodes } = solveOneOutput(engine, problem, { closedForms: false });
		// Equations (6) and (7) against (3): the error of the quadrature.
		expect(Math.abs(answer.logEvidence! / logEvidence - 1)).toBeLessThan(1e-12);
		expect(Math.abs((answer.orderParameters.scaleMean as number) / scale.mean - 1)).toBeLessThan(1e-12);
		expect(Math.abs((answer.orderParameters.scaleDeviation as number) / scale.deviation - 1)).toBeLessThan(
			1e-11,
		);
		const closed = solveOneOutput(engine, problem).kernelNodes;
		const inverse = kernelNodes.scales.reduce((sum, q, i) => sum + kernelNodes.probabilities[i]! / q, 0);
		expect(Math.abs(closed.scales[0]! * inverse - 1)).toBeLessThan(1e-12);
	});

	it("is what small noise tends to", () => {
		const quiet = solve("deep-linear", { ...problem, noiseVariance: 1e-9 }, {}, true);
		// First order in the noise over the smallest eigenvalue, about 0.1.
		expect(Math.abs(answer.logEvidence! - quiet.logEvidence!)).toBeLessThan(1e-5);
		expect(relative(quiet.trainMean!, answer.trainMean!)).toBeLessThan(1e-6);
		expect(relative(quiet.testMean!, answer.testMean!)).toBeLessThan(1e-6);
		expect(relative(quiet.testCovariance!, answer.testCovariance!)).toBeLessThan(1e-6);
		expect(relative(quiet.kernels.output as never, answer.kernels.output as never)).toBeLessThan(1e-6);
		expect(relative(answer.trainMean!, problem.trainTargets)).toBeLessThan(1e-13);
		expect([...answer.trainVariance!.data]).toEqual([0, 0, 0, 0, 0]);
	});
});

describe("zero noise", () => {
	it("of two layers and of a mean term is what small noise tends to", () => {
		const problems: Problem[] = [
			randomProblem({ ...shape, layers: [dense(4, "linear"), dense(9, "linear")] }),
			randomProblem({ ...shape, layers: [dense(6, "relu")] }),
		];
		for (const problem of problems) {
			const answer = solve("scale-mixture", problem);
			const quiet = solve("scale-mixture", { ...problem, noiseVariance: 1e-9 });
			expect(answer.logEvidence! - quiet.logEvidence!).toBeLessThan(1e-5);
			expect(relative(quiet.testMean!, answer.testMean!)).toBeLessThan(1e-6);
			expect(relative(quiet.testVariance!, answer.testVariance!)).toBeLessThan(1e-6);
		}
	});

	it("and zero targets leave the scale to its prior, q^(-P/2) times", () => {
		const problem = randomProblem({ ...shape, layers: [dense(7, "linear"), dense(9, "linear")] });
		const zeros = { ...problem.trainTargets, data: new Float64Array(5) };
		const { orderParameters } = solve("deep-linear", { ...problem, trainTargets: zeros });
		// Each factor chi2_N / N becomes chi2_(N - P) / N.
		expect(orderParameters.scaleMean).toBeCloseTo((2 / 7) * (4 / 9), 12);
		const square = ((2 * 4) / 49) * ((4 * 6) / 81);
		expect(orderParameters.scaleDeviation).toBeCloseTo(Math.sqrt(square - ((2 / 7) * (4 / 9)) ** 2), 12);
	});

	it("Bessel forms for one layer are those of two, one of them very wide", () => {
		const one = randomProblem({ ...shape, layers: [dense(4, "linear")] });
		const two = randomProblem({ ...shape, layers: [dense(4, "linear"), dense(4096, "linear")] });
		// The second factor has a variance of 2/4096, times a few.
		expect(differenceOf(solve("deep-linear", two), solve("deep-linear", one))).toBeLessThan(5e-3);
	});
});
