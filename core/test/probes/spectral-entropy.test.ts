import { gram, identity, matrix, matrixFromRows, plus, scaled } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import {
	diffusionEntropy,
	medianDistance,
	squaredDistances,
} from "../../src/probes/spectral-entropy/diffusion.ts";
import { spectralEntropy } from "../../src/probes/spectral-entropy.ts";
import { engine } from "../helpers/answers.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";
import { diagonalKernel, randomKernel, rankOne, readingsOfOne } from "./kernel-readings.ts";

/** In bits. */
function entropy(...values: number[]): number {
	const total = values.reduce((sum, value) => sum + value, 0);
	return values.reduce((sum, value) => sum - (value / total) * Math.log2(value / total), 0);
}

/** Points on a line, by their kernel x x^T. */
const onLine = (...x: number[]) => rankOne(...x);
const both = (bits: number, bandwidth: number) => ({
	spectralEntropy: [expect.closeTo(bits, 12)],
	bandwidth: [expect.closeTo(bandwidth, 12)],
});
const q = Math.exp(-1 / 2);

describe("known answers", () => {
	it("is 0 for one cluster of equal points", () => {
		expect(readingsOfOne(spectralEntropy, rankOne(1.3, 1.3, 1.3, 1.3))).toEqual(both(0, 0));
	});

	it("counts the clusters of equal points where most pairs are within one", () => {
		expect(readingsOfOne(spectralEntropy, onLine(2, 2, 2, 2, 5))).toEqual(both(1, 0));
	});

	it("has the eigenvalues 1 and (1 - q)/(1 + q) for two clusters at one distance", () => {
		expect(readingsOfOne(spectralEntropy, onLine(0, 0, 0, 4, 4, 4))).toEqual(
			both(entropy(1, (1 - q) / (1 + q)), 4),
		);
	});

	it("has the eigenvalues 1 and (1 - q)/(1 + (P - 1) q) for orthogonal features", () => {
		const P = 6;
		const rest = new Array<number>(P - 1).fill((1 - q) / (1 + (P - 1) * q));
		expect(readingsOfOne(spectralEntropy, identity(P))).toEqual(both(entropy(1, ...rest), Math.SQRT2));
	});

	it("takes the density of the points to the power 1/2", () => {
		// Clusters of n and m equal points with affinity a: the walk between them as a chain of two states.
		const [n, m, sigma] = [5, 2, 0.8];
		const a = Math.exp(-1 / (2 * sigma ** 2));
		const [densityN, densityM] = [n + m * a, m + n * a];
		const between = a / Math.sqrt(densityN * densityM);
		const stayN = n / densityN / (n / densityN + m * between);
		const stayM = m / densityM / (m / densityM + n * between);
		const squares = squaredDistances(
			onLine(...new Array<number>(n).fill(0), ...new Array<number>(m).fill(1)),
		)!;
		expect(diffusionEntropy(engine, squares, sigma)).toBeCloseTo(entropy(1, stayN + stayM - 1), 12);
	});

	it.each([2, 3, 5])(
		"is the logarithm of the number of clusters, here %i, that are far apart",
		(clusters) => {
			const x = Array.from({ length: 20 }, (_, k) => 100 * (k % clusters) + 1e-9 * k);
			expect(diffusionEntropy(engine, squaredDistances(onLine(...x))!, 1)).toBeCloseTo(
				Math.log2(clusters),
				12,
			);
		},
	);

	it("is log2 P where all points are far apart, and 0 where the bandwidth is large", () => {
		const squares = squaredDistances(gram(engine, normalMatrix(8, 5, 1)))!;
		expect(diffusionEntropy(engine, squares, 1e-2)).toBeCloseTo(3, 12);
		// The other eigenvalues are of the order of d^2 / sigma^2, 1e-11.
		expect(diffusionEntropy(engine, squares, 1e6)).toBeLessThan(1e-8);
	});
});

it("has the median distance as bandwidth", () => {
	expect(medianDistance(squaredDistances(onLine(0, 1, 3))!)).toBe(2);
	// 1, 1, 2, 2, 3, 4, of which the middle two are 2.
	expect(medianDistance(squaredDistances(onLine(0, 1, 2, 4))!)).toBe(2);
	expect(medianDistance(squaredDistances(diagonalKernel(1, 3, 6))!)).toBeCloseTo(Math.sqrt(7), 14);
});

it("sees neither the scale nor a common shift of the points", () => {
	const kernel = gram(engine, normalMatrix(9, 4, 2));
	const value = (readingsOfOne(spectralEntropy, kernel).spectralEntropy as number[])[0]!;
	const shifted = plus(scaled(kernel, 4), matrix(9, 9, new Float64Array(81).fill(2)));
	expect(readingsOfOne(spectralEntropy, shifted).spectralEntropy).toEqual([expect.closeTo(value, 12)]);
	const { bandwidth } = readingsOfOne(spectralEntropy, kernel) as Record<string, number[]>;
	expect(readingsOfOne(spectralEntropy, shifted).bandwidth).toEqual([expect.closeTo(2 * bandwidth![0]!, 12)]);
});

describe("no number", () => {
	it("where a squared distance is negative", () => {
		const reason = "the kernel has a negative squared distance between two points, as no covariance has";
		expect(
			readingsOfOne(
				spectralEntropy,
				matrixFromRows([
					[1, 2],
					[2, 1],
				]),
			),
		).toEqual({ spectralEntropy: reason, bandwidth: reason });
	});

	it("for one point", () => {
		const problem = smallProblem(networkOf([denseLayer("erf")]));
		expect(spectralEntropy.applies(problem)).toBe(true);
		expect(spectralEntropy.applies({ ...problem, trainInputs: matrix(1, 12) })).toBe(
			"spectral-entropy looks at distances between points, and there is one point only.",
		);
	});
});

it("takes differences that rounding makes for 0", () => {
	const kernel = randomKernel(4, 3);
	const noisy = matrix(4, 4, kernel.data.slice());
	for (let b = 0; b < 4; b++) {
		// The second point is the first, its products off by a rounding unit.
		noisy.data[4 + b] = noisy.data[b]! * (1 + Number.EPSILON);
		noisy.data[4 * b + 1] = noisy.data[4 * b]! * (1 + Number.EPSILON);
	}
	noisy.data[5] = noisy.data[0]!;
	expect(squaredDistances(noisy)!.data[1]).toBe(0);
});
