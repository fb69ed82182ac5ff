import { matrix, matrixFromRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { inverseNormal } from "../../src/diagnostics/inverse-normal.ts";
import { findActivation, type Problem } from "../../src/index.ts";
import { priorKernels } from "../../src/kernels/index.ts";
import { affinityScore } from "../../src/probes/nonlinearity/affinity-score.ts";
import { gaussianUnitScores } from "../../src/probes/nonlinearity/gaussian-unit.ts";
import { nonlinearity } from "../../src/probes/nonlinearity.ts";
import {
	convolutionLayer,
	denseLayer,
	networkOf,
	normalMatrix,
	permuteRows,
	smallProblem,
} from "../helpers/problems.ts";
import {
	activated,
	contextOf,
	engine,
	layersOnly,
	priorNetwork,
	readingsOf,
	table,
} from "./dense-networks.ts";

const score = (x: readonly number[], y: readonly number[]) =>
	affinityScore(Float64Array.from(x), Float64Array.from(y));
const unit = (activation: string, ...variances: number[]) =>
	gaussianUnitScores(engine, findActivation(activation), Float64Array.from(variances));

describe("affinity score of two samples", () => {
	it("three points by hand: the sorted samples are correlated by sqrt(3)/2", () => {
		expect(score([-1, 0, 1], [0, 0, 1])).toBeCloseTo(1 - Math.sqrt(1 - Math.sqrt(3) / 2), 14);
	});

	it("pairs laws, not points: the order within a sample does not matter", () => {
		expect(score([0, 1, -1], [0, 0, 1])).toBeCloseTo(score([-1, 0, 1], [0, 0, 1]), 14);
	});

	it.each([
		["increasing affine functions", [3, -1, 0.5, 8], [7, -1, 2, 17]],
		["constants", [3, -1, 0.5, 8], [2, 2, 2, 2]],
		["two points", [3, -1], [0, 4]],
		["one point", [3], [0]],
	])("%s have score 1", (_, x, y) => {
		expect(score(x, y)).toBeCloseTo(1, 12);
	});

	it("does not change with shifts and positive scales of either sample, as small as 1e-200", () => {
		const [x, y] = [
			[0.3, -2, 1.1, 0.9, -0.4],
			[4, 0, -1, 0.2, 0.1],
		] as const;
		const affine = (values: readonly number[], scale: number, shift: number) =>
			values.map((v) => scale * v + shift);
		expect(score(affine(x, 3, -7), affine(y, 0.01, 5))).toBeCloseTo(score(x, y), 12);
		expect(score(affine(x, 1e-200, 0), affine(y, 1e-200, 0))).toBeCloseTo(score(x, y), 12);
	});

	it("refuses a function of x that varies where x does not", () => {
		expect(() => score([1, 1], [0, 2])).toThrow(
			new RangeError("affinityScore: wanted x to vary where y does; got a constant."),
		);
	});
});

describe("one Gaussian unit", () => {
	it("relu: 0.6211 for every variance", () => {
		const exact = 1 - Math.sqrt(1 - 1 / Math.sqrt(2 - 2 / Math.PI));
		expect(exact).toBeCloseTo(0.6211, 4);
		for (const value of unit("relu", 1e-6, 0.3, 1, 40)) expect(value).toBeCloseTo(exact, 12);
	});

	it("erf: 1 - sqrt(1 - sqrt(u / asin u)), u = 2c/(1 + 2c)", () => {
		const variances = [0.01, 0.3, 1, 7, 500];
		unit("erf", ...variances).forEach((value, k) => {
			const u = (2 * variances[k]!) / (1 + 2 * variances[k]!);
			// The root amplifies rounding where the score is near 1.
			expect(value).toBeCloseTo(1 - Math.sqrt(1 - Math.sqrt(u / Math.asin(u))), 11);
		});
	});

	it("tanh and quadratic: numbers of an independent quadrature", () => {
		expect(unit("tanh", 1)[0]).toBeCloseTo(0.81187421594508824, 11);
		// By sorting on a grid of steps 0.005.
		for (const value of unit("quadratic", 0.2, 5))
			expect(Math.abs(value - 0.590651869896952)).toBeLessThan(1e-5);
	});

	it("linear: 1, and 1 where the variance is 0", () => {
		for (const value of unit("linear", 0, 1e-3, 2)) expect(value).toBeCloseTo(1, 7);
		for (const activation of ["relu", "erf", "tanh", "quadratic"]) expect(unit(activation, 0)[0]).toBe(1);
	});

	it.each(["relu", "erf", "tanh", "sigmoid", "softplus", "gelu", "quadratic", "sin"])(
		"%s agrees with 100,000 equally likely quantiles of h, sorted",
		(activation) => {
			const n = 100_000;
			const z = Float64Array.from({ length: n }, (_, k) => inverseNormal((k + 0.5) / n));
			for (const c of [0.4, 3]) {
				const h = z.map((x) => Math.sqrt(c) * x);
				const phi = h.map(findActivation(activation).value);
				// Half a quantile at each end is cut off: a part of about log(n)/n in the variance of a quadratic unit.
				expect(Math.abs(unit(activation, c)[0]! - affinityScore(h, phi))).toBeLessThan(2e-4);
			}
		},
	);
});

describe("networks", () => {
	const relu = smallProblem(networkOf([denseLayer("relu", { width: 3 })]));

	it("averages points over units and units over points", () => {
		const h = matrixFromRows([
			[-1, 2, 3],
			[0, -4, 5],
			[1, 6, -7],
		]);
		const network = layersOnly([activated("relu", h)]);
		const byHand = (rows: number[][]) =>
			rows.reduce(
				(sum, row) =>
					sum +
					score(
						row,
						row.map((x) => Math.max(0, x)),
					) /
						3,
				0,
			);
		expect(table(readingsOf(nonlinearity, relu, network))).toEqual({
			"affinityOverUnits @ layer 1": expect.closeTo(
				byHand([
					[-1, 0, 1],
					[2, -4, 6],
					[3, 5, -7],
				]),
				14,
			),
			"affinityOverPoints @ layer 1": expect.closeTo(
				byHand([
					[-1, 2, 3],
					[0, -4, 5],
					[1, 6, -7],
				]),
				14,
			),
		});
	});

	it("does not depend on the order of units", () => {
		const h = normalMatrix(8, 5, 3);
		const of = (m: typeof h) => table(readingsOf(nonlinearity, relu, layersOnly([activated("relu", m)])));
		const [one, other] = [of(h), of(permuteRows(h, [3, 1, 7, 0, 2, 6, 5, 4]))];
		for (const key of Object.keys(one)) expect(other[key]).toBeCloseTo(one[key] as number, 12);
	});

	it("is 1 in every layer of a linear network", () => {
		const problem = smallProblem(networkOf([denseLayer("linear"), denseLayer("linear")]));
		const readings = table(readingsOf(nonlinearity, problem, priorNetwork(problem, 4)));
		expect(Object.keys(readings)).toHaveLength(4);
		for (const value of Object.values(readings)) expect(value).toBe(1);
	});

	it("single units and single points have no distribution", () => {
		const of = (N: number, P: number) =>
			table(readingsOf(nonlinearity, relu, layersOnly([activated("relu", normalMatrix(N, P, 1))])));
		expect(of(1, 4)["affinityOverUnits @ layer 1"]).toBe("a single unit has no distribution over units");
		expect(of(4, 1)["affinityOverPoints @ layer 1"]).toBe("a single point has no distribution over points");
	});

	it("refuses convolutions", () => {
		expect(nonlinearity.applies(smallProblem(networkOf([convolutionLayer("erf")])))).toBe(
			"This probe looks at dense layers only; layer 1 is a convolution.",
		);
	});
});

describe("prediction", () => {
	const predicted = (problem: Problem, kernels: { layer: string; kernel: ReturnType<typeof matrix> }[]) =>
		table(nonlinearity.predict!(engine, { kernels }, contextOf(problem)));

	it.each(["relu", "erf", "gelu"])("%s: wide networks drawn from the prior agree", (activation) => {
		const N = 1500;
		const problem = smallProblem(networkOf([denseLayer(activation, { width: N, biasVariance: 0.3 })]));
		const kernel = priorKernels(engine, problem).preactivation[0]![0]!.train;
		const theory = predicted(problem, [{ layer: "layer 1", kernel }]);
		const evaluate = nonlinearity.prepare(engine, contextOf(problem));
		const draws = Array.from({ length: 30 }, (_, k) => table(evaluate(priorNetwork(problem, k))));
		for (const [place, value] of Object.entries(theory)) {
			const sampled = draws.map((draw) => draw[place] as number);
			const mean = sampled.reduce((sum, x) => sum + x, 0) / sampled.length;
			const error = Math.sqrt(
				sampled.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (sampled.length * (sampled.length - 1)),
			);
			// The prediction over points has an error of its own: 4096 units drawn, as against 45,000 here.
			const own = place.includes("Points") ? error * Math.sqrt(45_000 / 4096) : 0;
			expect(Math.abs(mean - (value as number)) / Math.hypot(error, own)).toBeLessThan(4);
		}
	});

	it("says why where there is no kernel, or none of a Gaussian", () => {
		const problem = smallProblem(networkOf([denseLayer("relu")]));
		const indefinite = matrixFromRows([
			[1, 2],
			[2, 1],
		]);
		expect(predicted(problem, [])).toEqual({
			"affinityOverUnits @ layer 1": "the kernel of this layer is not known",
			"affinityOverPoints @ layer 1": "the kernel of this layer is not known",
		});
		expect(predicted(problem, [{ layer: "layer 1", kernel: indefinite }])).toEqual({
			"affinityOverUnits @ layer 1": expect.closeTo(0.6211, 4),
			"affinityOverPoints @ layer 1": "the kernel is not positive semi-definite",
		});
		expect(predicted(problem, [{ layer: "layer 1", kernel: matrix(1, 1, Float64Array.of(-1)) }])).toEqual({
			"affinityOverUnits @ layer 1": "the kernel has a negative variance",
			"affinityOverPoints @ layer 1": "the kernel has a negative variance",
		});
		expect(predicted(problem, [{ layer: "layer 1", kernel: matrix(1, 1, Float64Array.of(2)) }])).toEqual({
			"affinityOverUnits @ layer 1": expect.closeTo(0.6211, 4),
			"affinityOverPoints @ layer 1": "a single point has no distribution over points",
		});
	});
});
