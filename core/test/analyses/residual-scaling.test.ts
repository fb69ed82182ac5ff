import { readFileSync } from "node:fs";
import { matrix } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { extrapolatedStep } from "../../src/analyses/residual-scaling/extrapolated-step.ts";
import { residualQuestion } from "../../src/analyses/residual-scaling/question.ts";
import { logResponseSlope } from "../../src/analyses/residual-scaling/response-slope.ts";
import type {
	ContinuumResults,
	DepthResults,
	KernelResults,
	OptimalScaleResults,
} from "../../src/analyses/residual-scaling/results.ts";
import { residualScaling } from "../../src/analyses/residual-scaling.ts";
import { answerToJson, findTheory, solveTheory } from "../../src/index.ts";
import { expectGolden, type GoldenCase } from "../helpers/golden.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";
import { analyze, engine } from "./analyses.ts";

const ask = (options: object) => analyze(residualScaling, { options });
const kernels = async (options: object) =>
	(await ask({ quantity: "kernels", ...options })).results as KernelResults;
const optimum = async (options: object) =>
	(await ask({ quantity: "optimalScale", ...options })).results as OptimalScaleResults;
const continuum = async (options: object) =>
	(await ask({ quantity: "continuumScale", ...options })).results as ContinuumResults;

/** G of erf. */
const erfKernel = (a: number, b: number, c: number) =>
	(2 / Math.PI) * Math.asin((2 * c) / Math.sqrt((1 + 2 * a) * (1 + 2 * b)));

describe("golden numbers of an independent implementation", () => {
	it.each(["kernels", "optimal-scale", "continuum"])("residual-%s.json", async (name) => {
		const file = new URL(`../../../fixtures/golden/residual-${name}.json`, import.meta.url);
		const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: GoldenCase[] };
		for (const one of cases) {
			const answer = await ask(one.options);
			expectGolden(answerToJson(answer.results) as Record<string, unknown>, one);
			expect(answer.convergence.converged).toBe(true);
			// Rounding of sums whose terms are of order 1.
			expect(answer.convergence.residual).toBeLessThan(1e-12);
		}
	});
});

describe("(1) and (2)", () => {
	const firstCovariance = [
		[1, 0.3, -0.2],
		[0.3, 0.8, 0.1],
		[-0.2, 0.1, 1.4],
	];
	const block = { firstCovariance, depth: 7, weightVariance: 1.25, biasVariance: 0.05, readoutVariance: 1.5 };

	it("are the readout's kernel of the first covariance at rho = 0", async () => {
		const { covariance, output, response } = await kernels({ ...block, residualScale: 0 });
		expect(covariance.data).toEqual(matrix(3, 3, Float64Array.from(firstCovariance.flat())).data);
		output.data.forEach((K, k) => {
			const [i, j] = [Math.floor(k / 3), k % 3];
			const c = firstCovariance[i]![j]!;
			expect(K).toBeCloseTo(1.5 * erfKernel(firstCovariance[i]![i]!, firstCovariance[j]![j]!, c), 14);
		});
		expect(response).toBeCloseTo((1.5 * 4) / Math.PI / Math.sqrt((1 + 2) * (1 + 1.6) - 4 * 0.09), 14);
	});

	it.each([
		["erf", [0, 1]],
		["erf", [2, 1]],
		["relu", [0, 2]],
		["tanh", [0, 1]],
	])("%s: the response of inputs %j is the derivative of the output kernel", async (activation, pair) => {
		const [i, j] = pair as [number, number];
		const given = { ...block, activation, residualScale: 0.6, pair };
		const at = async (change: number) => {
			const moved = firstCovariance.map((row) => [...row]);
			moved[i]![j]! += change;
			moved[j]![i]! += change;
			const { output } = await kernels({ ...given, firstCovariance: moved });
			return output.data[i * 3 + j]!;
		};
		const step = 1e-4;
		const difference = ((await at(step)) - (await at(-step))) / (2 * step);
		const { response } = await kernels(given);
		// Truncation 1e-8 and rounding 1e-12 / 1e-4, tanh by quadrature to 1e-12.
		expect(Math.abs(difference / response - 1)).toBeLessThan(1e-7);
	});

	it("are the nngp of a network of one dense layer and residual blocks", async () => {
		const [scale, weightVariance, biasVariance] = [0.6, 1.25, 0.05];
		const layer = denseLayer("erf", { weightVariance: 1.3, biasVariance: 0.2 });
		const block = { ...layer, type: "residual" as const, residualScale: scale, weightVariance, biasVariance };
		const blocks = Array.from({ length: 4 }, () => ({ ...block, width: 20 }));
		const problem = smallProblem(networkOf([layer, ...blocks], { scaling: "mean-field" }));
		const { kernels: prior } = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
		const input = { problem, seed: 1 };
		const context = { engine, clock: () => 0, sample: async () => undefined };
		const given = residualScaling.options.parse({ quantity: "kernels" });
		const { results, options } = await residualScaling.solve(input, given, context);
		expect((results as KernelResults).output.data).toEqual((prior.output as { data: unknown }).data);
		const layers = prior.preactivation as readonly { data: Float64Array }[];
		expect((results as KernelResults).covariance.data).toEqual(layers[4]!.data);
		// chi is the width in the mean-field scaling.
		expect(options).toMatchObject({
			depth: 4,
			residualScale: scale,
			weightVariance,
			biasVariance,
			readoutVariance: 1.2 / 20,
		});
	});
});

describe("the optimal scale", () => {
	const pair = { variance: 1, covariance: 0.5, weightVariance: 1.25, biasVariance: 0.05, depth: 10 };

	it.each([
		[0, 10, 1.8587],
		[0, 50, 1.7407],
		[0, 200, 1.7208],
		[0, 1000, 1.7156],
		[0.5, 10, 2.3082],
		[0.5, 50, 2.1364],
		[0.5, 200, 2.1076],
		[0.5, 1000, 2.1],
	])("c(0) = %d, L = %d: rho* sqrt(L) sigma_w = %d, whatever sigma_w", async (covariance, depth, scaled) => {
		const of = async (weightVariance: number) => {
			const given = { variance: 1, covariance, depth, weightVariance };
			return (await optimum(given)).optimalScale * Math.sqrt(depth * weightVariance);
		};
		const [narrow, wide] = [await of(0.5), await of(2)];
		// The digits of the table.
		expect(Math.abs(narrow - scaled)).toBeLessThan(scaled === 2.1 ? 5e-4 : 5.1e-5);
		expect(Math.abs(wide / narrow - 1)).toBeLessThan(1e-12);
	});

	it("is a maximum of the response", async () => {
		const { optimalScale, logResponse } = await optimum(pair);
		for (const factor of [0.99, 1.01]) {
			const near = { ...pair, quantity: "kernels", residualScale: factor * optimalScale };
			const { response } = await kernels(near);
			expect(Math.log(response)).toBeLessThan(logResponse - 1e-6);
		}
	});

	it("has a derivative that differences of the response confirm, for unequal variances too", async () => {
		const given = residualScaling.options.parse({
			...{
				firstCovariance: [
					[1.2, 0.3],
					[0.3, 0.7],
				],
				quantity: "kernels",
				depth: 6,
				residualScale: 0.5,
			},
			biasVariance: 0.1,
		});
		const { branch, pair: start } = residualQuestion(engine, given, undefined);
		const slope = logResponseSlope(engine, branch, start, 6, 0.25);
		const at = async (square: number) =>
			Math.log((await kernels({ ...given, residualScale: Math.sqrt(square) })).response);
		const h = 1e-4;
		const difference = ((await at(0.25 * Math.exp(h))) - (await at(0.25 * Math.exp(-h)))) / (2 * h);
		// Truncation 1e-8, rounding 1e-15 / 1e-4.
		expect(Math.abs(difference - slope)).toBeLessThan(1e-8);
	});

	it("is found without closed forms too", async () => {
		const { optimalScale, logResponse } = await optimum({ ...pair, activation: "tanh", depth: 2 });
		for (const factor of [0.99, 1.01]) {
			const near = { ...pair, activation: "tanh", depth: 2, residualScale: factor * optimalScale };
			expect(Math.log((await kernels(near)).response)).toBeLessThan(logResponse);
		}
	});

	it("is 0 where the first covariance lies beyond the optimum, at every depth and in the deep limit", async () => {
		const { results, validity, convergence } = await ask({ variance: 4, covariance: 0.5, depth: [3, 30] });
		const { points, depthTimesScaleSquared } = results as DepthResults;
		expect(points.map(({ optimalScale }) => optimalScale)).toEqual([0, 0]);
		expect(depthTimesScaleSquared).toBe(0);
		expect(convergence.converged).toBe(true);
		expect(validity[1]).toEqual({
			name: "optimal scale",
			value: 0,
			message:
				"rho* = 0: the first covariance already lies beyond the optimum, and every residual branch lowers the response",
		});
	});

	it("is not there for activations that do not saturate, which is said", async () => {
		const { results, convergence, absent } = await ask({
			variance: 1,
			covariance: 0.2,
			activation: "relu",
			depth: [4],
		});
		expect((results as DepthResults).points[0]).toMatchObject({ optimalScale: 4, found: false });
		expect(results).not.toHaveProperty("depthTimesScaleSquared");
		expect(absent).toEqual({ depthTimesScaleSquared: "no optimum was found in the deep limit" });
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^At L = 4 the response still grows at rho = 4, where the scan or the range of computable covariances ends: this bound is given, not an optimum\. No optimum up to s = [\d.]+ in the deep limit: the response of this activation still grows there\.$/,
		);
	});

	it("below the scan is its lower end, not converged", async () => {
		const { results, convergence } = await ask({
			quantity: "optimalScale",
			variance: 1,
			covariance: 0,
			weightVariance: 1e7,
			depth: 10,
		});
		expect((results as OptimalScaleResults).optimalScale).toBe(1e-3);
		expect(convergence.converged).toBe(false);
	});
});

describe("the deep limit", () => {
	it("ends where the dynamic range is used, for orthogonal inputs without biases", async () => {
		for (const [variance, weightVariance] of [
			[1, 1.25],
			[0.2, 3],
		]) {
			const { outputVariance, outputCovariance } = await continuum({
				variance,
				covariance: 0,
				weightVariance,
			});
			const q = outputVariance as number;
			expect(q).toBeCloseTo(Math.sin(1) / (2 * (1 - Math.sin(1))), 11);
			expect(erfKernel(q, q, q)).toBeCloseTo(2 / Math.PI, 12);
			expect(outputCovariance).toBe(0);
		}
	});

	it("fulfills (4) of erf, written out", async () => {
		const [w, b] = [1.25, 0.05];
		const given = { variance: 1, covariance: 0.5, weightVariance: w, biasVariance: b };
		const { outputVariance, outputCovariance: c } = await continuum(given);
		const q = outputVariance as number;
		const root = Math.sqrt((1 + 2 * q) ** 2 - 4 * c * c);
		const [dq, dc] = [w * erfKernel(q, q, q) + b, w * erfKernel(q, q, c) + b];
		expect(((w * 4) / Math.PI) * root).toBeCloseTo(2 * (1 + 2 * q) * dq - 4 * c * dc, 11);
	});

	it("is approached as 1/L", async () => {
		const { results } = await ask({ variance: 1, covariance: 0, depth: [500, 1000] });
		const [half, whole] = (results as DepthResults).points.map(({ deepLimitError }) => deepLimitError!);
		// The next order is another 1/500 smaller.
		expect(half! / whole!).toBeCloseTo(2, 2);
		expect(whole).toBeCloseTo(-7.5e-4, 5);
	});

	it("is given for two inputs of unequal variances with both of them", async () => {
		const { outputVariance } = await continuum({
			firstCovariance: [
				[1.2, 0.3],
				[0.3, 0.7],
			],
		});
		const [first, second] = outputVariance as number[];
		expect(first).toBeGreaterThan(second!);
	});

	it("is integrated by steps of order 12", () => {
		const error = (h: number) => Math.abs(extrapolatedStep(([y]) => [y!], [1], h).value[0]! - Math.exp(h));
		// Rounding, amplified by the weights of the extrapolation.
		expect(error(0.25)).toBeLessThan(1e-13);
		// One step: h^13.
		expect(Math.log2(error(1) / error(0.5))).toBeCloseTo(13, 0);
	});
});

describe("what cannot be asked", () => {
	const pair = { variance: 1, covariance: 0.5 };
	it.each([
		[
			{ ...pair, covariance: 1, quantity: "continuumScale" },
			"options.covariance: covariance must be smaller in absolute value than variance (got c = 1, q = 1).",
		],
		[
			{ ...pair, covariance: -1.5, quantity: "optimalScale", depth: 3 },
			"options.covariance: covariance must be smaller in absolute value than variance (got c = -1.5, q = 1).",
		],
		[
			{ quantity: "continuumScale" },
			"options.firstCovariance: wanted one first covariance: this matrix, variance and covariance, or a problem; got nothing.",
		],
		[
			{
				...pair,
				firstCovariance: [
					[1, 0],
					[0, 1],
				],
			},
			"options.firstCovariance: wanted one first covariance: this matrix, variance and covariance, or a problem; got firstCovariance and variance and covariance.",
		],
		[{ variance: 1 }, "options.covariance: wanted variance and covariance together; got one of them."],
		[
			{ ...pair, quantity: "optimalScale" },
			"options.depth: wanted the number of residual blocks, for quantity optimalScale; got nothing.",
		],
		[
			{ ...pair, quantity: "optimalScale", depth: [3, 4] },
			"options.depth: wanted the number of residual blocks, for quantity optimalScale; got a list.",
		],
		[
			{ ...pair, quantity: "kernels", depth: 3 },
			"options.residualScale: wanted a finite number of at least 0, for quantity kernels; got nothing.",
		],
		[
			{ firstCovariance: [[1, 0]] },
			"options.firstCovariance: wanted a list of at least two rows; got a list of 1.",
		],
		[
			{
				firstCovariance: [
					[1, 0],
					[0.1, 1],
				],
			},
			"options.firstCovariance[1][0]: wanted a symmetric matrix, here 0; got 0.1.",
		],
		[
			{
				firstCovariance: [
					[1, 2],
					[2, 1],
				],
			},
			"options.firstCovariance[1][0]: wanted a covariance of at most the geometric mean of both variances in absolute value; got 2.",
		],
		[
			{
				firstCovariance: [
					[1, 0],
					[0, 0],
				],
			},
			"options.firstCovariance[1][1]: wanted a variance above 0; got 0.",
		],
		[
			{
				firstCovariance: [
					[1, 0, 0],
					[0, 1, 0],
				],
			},
			"options.firstCovariance: wanted a square matrix; got 2 x 3.",
		],
		[
			{ ...pair, pair: [0, 2] },
			"options.pair: wanted two different rows of the 2 of the first covariance, counted from 0; got [0, 2].",
		],
		[
			{ ...pair, activation: "linear", quantity: "kernels", depth: 1000, residualScale: 4 },
			"options: wanted a residual scale and variances at which float64 holds the covariances of all blocks; got an overflow. Lower residualScale, weightVariance or depth, or take an activation that saturates.",
		],
		[{ ...pair, activation: "erff" }, /^options\.activation: wanted one of linear, erf, .*; got "erff"\./],
	])("%j", async (options, message) => {
		await expect(ask(options)).rejects.toThrow(message);
	});

	const network = (...layers: object[]) => ({
		trainInputs: [
			[1, 0.2],
			[-0.3, 1],
		],
		trainTargets: [1, -1],
		network: { layers, readout: { weightVariance: 1 }, scaling: "standard" },
		noiseVariance: 0.1,
	});
	const erf = { type: "dense", width: 5, activation: "erf", weightVariance: 1 };
	const block = { ...erf, type: "residual", residualScale: 0.5 };
	it.each([
		[
			network(erf, erf),
			"network.layers[1].type: wanted residual: one dense layer below residual blocks, or alone; got dense.",
		],
		[
			network(erf, block, { ...block, residualScale: 0.4 }),
			"network.layers[2].residualScale: wanted 0.5, as below: all residual blocks are equal here; got 0.4.",
		],
		[
			network(erf, { ...block, activation: "tanh" }),
			"network.layers[1].activation: wanted erf, as below: all residual blocks are equal here; got tanh.",
		],
	])("a network of other layers %#", async (problem, message) => {
		await expect(analyze(residualScaling, { problem, options: {} })).rejects.toThrow(message);
	});

	it("a problem of one dense layer gives the first covariance alone", async () => {
		const { results, options } = await analyze(residualScaling, {
			problem: network(erf),
			options: { depth: [4], weightVariance: 2 },
		});
		const { firstCovariance } = results as DepthResults;
		// x . x' / 2
		expect(firstCovariance[0]).toBeCloseTo(0.52, 14);
		expect(firstCovariance[1]).toBeCloseTo(-0.05, 14);
		expect(firstCovariance[2]).toBeCloseTo(0.545, 14);
		expect(options).toMatchObject({ activation: "erf", weightVariance: 2, biasVariance: 0 });
	});
});
