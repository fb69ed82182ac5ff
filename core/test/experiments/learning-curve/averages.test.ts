import { describe, expect, it } from "vitest";
import {
	averageEstimate,
	averageGap,
	averageOf,
	bootstrapError,
	errorOfMean,
} from "../../../src/experiments/learning-curve/averages.ts";
import { errorDifference, nearestTheory } from "../../../src/experiments/learning-curve/nearest.ts";
import { engine } from "./curves.ts";

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("the mean over repetitions", () => {
	it("has the standard error of its spread", () => {
		// Deviations -1, 0, 1: variance 1, over 3 repetitions.
		expect(averageOf([3, 4, 5])).toEqual({ value: 4, standardError: Math.sqrt(1 / 3) });
	});

	it("has none of a single exact number, and the Monte-Carlo error of a sampled one", () => {
		expect(averageOf([0.3])).toEqual({ value: 0.3 });
		expect(averageEstimate([{ value: 0.3, standardError: 0.01 }])).toEqual({
			value: 0.3,
			standardError: 0.01,
		});
	});

	it("is never known better than its Monte-Carlo errors allow", () => {
		expect(errorOfMean([1, 1], [0.3, 0.4])).toBeCloseTo(0.25, 15);
		expect(errorOfMean([0, 2], [0.3, 0.4])).toBeCloseTo(1, 15);
	});
});

describe("the bootstrap", () => {
	it("gives the error of the mean, however few repetitions there are", () => {
		for (const values of [[0, 2], [1, 4, 2, 8, 5], Array.from({ length: 40 }, (_, i) => Math.sin(i))]) {
			const error = bootstrapError(values, mean, engine);
			// 1000 resamplings know a standard deviation to 1/sqrt(2000) = 2.2 %: four of these.
			expect(Math.abs(error / errorOfMean(values)! - 1)).toBeLessThan(0.09);
		}
	});

	it("gives the error on the ratio and not that of its parts", () => {
		// Errors that rise and fall together: the ratio scatters by 1 %, its parts by 30 %.
		const pairs = Array.from({ length: 50 }, (_, i) => {
			const population = 1 + 0.4 * Math.sin(i);
			return { population, training: population * (0.5 + 0.01 * Math.cos(3 * i)) };
		});
		const { value, standardError } = averageGap(pairs, engine);
		expect(value).toBeCloseTo(0.5, 2);
		// Of a ratio of means, to first order: the root of sum (e_t - r e_g)^2 / (n (n - 1)), over the mean e_g.
		const ratio = 1 - value;
		const squares = pairs.map(({ training, population }) => (training - ratio * population) ** 2);
		const delta =
			Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / (50 * 49)) / mean(pairs.map((p) => p.population));
		// Four times the 2.2 % of the bootstrap, and a tenth of that for the second order.
		expect(Math.abs(standardError! / delta - 1)).toBeLessThan(0.1);
	});

	it("gives a gap at least its Monte-Carlo error", () => {
		const same = { training: 0.2, population: 0.8 };
		expect(averageGap([same, same], engine, [0.06, 0.08])).toEqual({ value: 0.75, standardError: 0.05 });
		expect(averageGap([same], engine)).toEqual({ value: 0.75 });
	});
});

describe("the nearest theory", () => {
	it("is told by the differences, which leave out what all share", () => {
		const sampled = [
			{ value: 1, standardError: 0.01 },
			{ value: 2, standardError: 0.01 },
		];
		const above = errorDifference("above", [1.1, 2.1], sampled);
		// The spread of the differences is rounding: the Monte-Carlo errors remain.
		expect(above.value).toBeCloseTo(0.1, 14);
		expect(above.standardError).toBeCloseTo(Math.hypot(0.01, 0.01) / 2, 14);
		expect(above.inStandardErrors).toBeCloseTo(Math.SQRT2 * 10, 10);
		const below = errorDifference("below", [0.95, 1.95], sampled);
		expect(nearestTheory([above, below])).toBe(below);
		expect(below.inStandardErrors).toBeLessThan(0);
	});

	it("is none of none", () => expect(nearestTheory([])).toBeUndefined());
});
