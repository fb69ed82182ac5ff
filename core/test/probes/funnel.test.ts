import { identity, type Matrix, matrix, multiply, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { randomFrames } from "../../src/probes/funnel/projections.ts";
import { wassersteinDistance } from "../../src/probes/funnel/wasserstein.ts";
import { funnel } from "../../src/probes/funnel.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	permuteRows,
	smallProblem,
} from "../helpers/problems.ts";
import { activated, engine, layersOnly, readingsOf } from "./dense-networks.ts";

const distance = (x: readonly number[], y: readonly number[]) =>
	wassersteinDistance(Float64Array.from(x), Float64Array.from(y));

/** The distance and its error for features of N units at any points. */
function between(train: Matrix, test: Matrix): { distance: number; error: number } {
	const problem = smallProblem(networkOf([denseLayer("linear", { width: train.rows })]), {
		trainInputs: normalMatrix(train.columns, 2, 1),
		testInputs: normalMatrix(test.columns, 2, 2),
	});
	const network = layersOnly([activated("linear", train)], [activated("linear", test)]);
	const values = readingsOf(funnel, problem, network).map((reading) =>
		"values" in reading ? reading.values[0]! : Number.NaN,
	);
	return { distance: values[0]!, error: values[1]! };
}

const rootMeanSquare = (...clouds: Matrix[]) =>
	Math.sqrt(
		clouds.reduce((sum, { data }) => sum + data.reduce((all, x) => all + x * x, 0) / data.length, 0) /
			clouds.length,
	);

const shifted = (m: Matrix, v: readonly number[]) =>
	matrix(
		m.rows,
		m.columns,
		m.data.map((x, k) => x + v[Math.floor(k / m.columns)]!),
	);

describe("1-Wasserstein distance on a line", () => {
	it.each([
		["equal samples", [0, 1, 5], [0, 1, 5], 0],
		["two points", [2], [5], 3],
		["a shift", [0, 1, 5], [2, 3, 7], 2],
		["unequal sizes: half of the mass moves by 1", [0], [0, 1], 0.5],
		["unequal sizes: quantiles cross", [0, 3], [1, 1, 2], 1 / 2 + 1 / 3 + 1 / 3],
		["the same law in other numbers", [0, 4], [0, 0, 0, 4, 4, 4], 0],
		["one sample inside the other", [-1, 1], [0, 0, 0], 1],
	])("%s", (_, x, y, expected) => {
		expect(distance(x, y)).toBeCloseTo(expected, 14);
		expect(distance(y, x)).toBeCloseTo(expected, 14);
	});
});

describe("directions", () => {
	it.each([
		[1, 1],
		[2, 256],
		[100, 200],
		[300, 256],
	])("in %i dimensions there are %i, orthonormal within a frame", (dimensions, count) => {
		const directions = randomFrames(engine, seedStream(1), dimensions);
		expect([directions.rows, directions.columns]).toEqual([count, dimensions]);
		const size = Math.min(dimensions, 256);
		const frame = matrix(size, dimensions, directions.data.slice(0, size * dimensions));
		const products = multiply(engine, frame, frame, { transposeB: true });
		expect(largestDifference(products, identity(size))).toBeLessThan(1e-13);
	});
});

describe("clouds of features", () => {
	it("one unit: the distance on the line, exactly", () => {
		const [x, y] = [matrix(1, 2, Float64Array.of(0, 3)), matrix(1, 3, Float64Array.of(2, 1, 1))];
		expect(between(x, y)).toEqual({
			distance: expect.closeTo(distance([0, 3], [1, 1, 2]) / rootMeanSquare(x, y), 14),
			error: 0,
		});
	});

	it("identical clouds: 0, also in another order and with every point twice", () => {
		const x = normalMatrix(5, 4, 7);
		const twice = matrix(
			5,
			8,
			Float64Array.from({ length: 40 }, (_, k) => x.data[4 * Math.floor(k / 8) + (k % 4)]!),
		);
		expect(between(x, x)).toEqual({ distance: 0, error: 0 });
		expect(between(x, twice).distance).toBeLessThan(1e-15);
	});

	it("features that all vanish coincide", () => {
		expect(between(matrix(3, 4), matrix(3, 2))).toEqual({ distance: 0, error: 0 });
	});

	it.each([2, 10, 100, 400])("a shift by v in %i dimensions: E|theta.v|", (N) => {
		const v = Array.from({ length: N }, (_, n) => Math.sin(n + 1));
		const x = normalMatrix(N, 20, 8);
		const y = shifted(x, v);
		// E|theta_1| = Gamma(N/2) / (sqrt(pi) Gamma((N+1)/2)), by the product of the ratios from N = 1 or 2 up.
		let mean = N % 2 === 0 ? 2 / Math.PI : 1;
		for (let n = N % 2 === 0 ? 2 : 1; n < N; n += 2) mean *= n / (n + 1);
		const exact = (mean * Math.hypot(...v)) / rootMeanSquare(x, y);
		const found = between(x, y);
		expect(found.error).toBeLessThan(0.06 * found.distance);
		expect(Math.abs(found.distance - exact)).toBeLessThan(3 * found.error);
	});

	it("does not change with the scale of all features, and not with the order of points", () => {
		const [x, y] = [normalMatrix(6, 9, 1), normalMatrix(6, 5, 2)];
		const times = (m: Matrix) =>
			matrix(
				m.rows,
				m.columns,
				m.data.map((value) => 8 * value),
			);
		expect(between(times(x), times(y)).distance).toBeCloseTo(between(x, y).distance, 13);
		const reversed = matrix(
			6,
			9,
			x.data.map((_, k) => x.data[9 * Math.floor(k / 9) + 8 - (k % 9)]!),
		);
		expect(between(reversed, y).distance).toBeCloseTo(between(x, y).distance, 13);
	});

	it("changes with the order of units by no more than the directions leave open", () => {
		const [x, y] = [normalMatrix(6, 9, 1), shifted(normalMatrix(6, 5, 2), [1, 2, 0, 0, -1, 0.5])];
		const order = [3, 1, 5, 0, 2, 4];
		const [one, other] = [between(x, y), between(permuteRows(x, order), permuteRows(y, order))];
		expect(Math.abs(one.distance - other.distance)).toBeLessThan(3 * Math.hypot(one.error, other.error));
	});
});

describe("applies", () => {
	it("needs test points and dense layers", () => {
		const { testInputs: _, ...problem } = smallProblem(networkOf([denseLayer("erf")]));
		expect(funnel.applies(problem)).toBe(
			"This probe compares training with test points; the problem has no testInputs.",
		);
		expect(funnel.applies(smallProblem(networkOf([denseLayer("erf")])))).toBe(true);
		expect(funnel.applies(smallProblem(networkOf([convolutionLayer("erf")])))).toBe(
			"This probe looks at dense layers only; layer 1 is a convolution.",
		);
	});
});
