import { dot, matrix, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { exactMeasures } from "../../src/analyses/teacher-overlap/exact-student.ts";
import {
	functionMeasures,
	sampledFunctionMeasures,
} from "../../src/analyses/teacher-overlap/function-measures.ts";
import { kurtosis } from "../../src/analyses/teacher-overlap/kurtosis.ts";
import { taughtProblem } from "../../src/analyses/teacher-overlap/setting.ts";
import { weightOverlap } from "../../src/analyses/teacher-overlap/weight-overlap.ts";
import { teacherOverlap } from "../../src/analyses/teacher-overlap.ts";
import { normals } from "../../src/data/random.ts";
import { findTheory, solveTheory } from "../../src/index.ts";
import { createBatchMeans } from "../../src/samplers/batch-means.ts";
import type { SavedNetworks } from "../../src/samplers/saved-networks.ts";
import { linearPosteriorMean } from "../../src/scale-mixture/posterior-mean.ts";
import { analyze, context, engine } from "./analyses.ts";

const linear = (width = 5, changes: object = {}) => ({
	layers: [{ type: "dense", width, activation: "linear", weightVariance: 1.2, biasVariance: 0, ...changes }],
	readout: { weightVariance: 0.9, biasVariance: 0 },
	scaling: "standard",
});
const student = (width?: number, changes?: object) =>
	({ network: linear(width, changes), noiseVariance: 0.1 }) as never;
const linearTeacher = { type: "linear", dimension: 6, inputVariance: 1 } as const;
const exactSampling = { sampler: "exact", chains: 2, draws: 1000, warmup: 0 };
const ask = (options: object, setting: object = { network: linear(), noiseVariance: 0.1 }, changes = {}) =>
	analyze(teacherOverlap, { seed: 1, ...setting, options: { teacher: linearTeacher, ...options } }, changes);

/** Chains whose first-layer weights are what a function of the draw and the unit makes of standard normals. */
function madeUp(
	chains: number,
	draws: number,
	[units, inputs]: readonly [number, number],
	scale: (unit: number, draw: number) => number,
	seed = 1,
): SavedNetworks[] {
	return Array.from({ length: chains }, (_, c) => {
		const values = normals(engine, seedStream(seed + c), draws * units * inputs);
		const weights = values.map((x, k) => {
			const unit = Math.floor(k / inputs) % units;
			return scale(unit, Math.floor(k / (units * inputs))) * x;
		});
		const size = units * inputs;
		return {
			draws,
			array: (name, t) => (name === "weights_1" ? weights.subarray(t * size, (t + 1) * size) : undefined),
		};
	});
}

describe("the overlaps of a linear student", () => {
	it("are those of the exact posterior, within their Monte-Carlo errors", async () => {
		const { results, convergence } = await ask({
			samplesPerParameter: [0.1, 0.5, 2],
			dataSets: 1,
			sampling: exactSampling,
		});
		expect(convergence.converged).toBe(true);
		expect(results.parameters).toBe(35);
		expect(results.points.map(({ samples }) => samples)).toEqual([4, 18, 70]);
		for (const { exact, ...point } of results.points) {
			for (const name of ["weightOverlap", "functionOverlap", "memorizationIndex"] as const) {
				const { value, standardError } = point[name];
				// Nine numbers: one beyond 3.7 by chance in 500 seeds.
				expect(Math.abs(value - exact![name]) / standardError, name).toBeLessThan(3.7);
				expect(standardError).toBeLessThan(0.02);
			}
		}
	}, 30_000);

	it("have the exact posterior mean, for fewer samples than inputs and for more", () => {
		for (const samples of [3, 50]) {
			const taught = taughtProblem(engine, student(), linearTeacher, { samples, freshInputs: 1000, seed: 4 });
			const problem = { ...taught.problem, testInputs: taught.fresh };
			const { train, test } = linearPosteriorMean(engine, problem);
			const mean = Float64Array.from([...train.data, ...test!.data]);
			const wanted = functionMeasures(taught.judges, mean);
			const exact = exactMeasures(engine, taught)!;
			// Both by quadratures that are right to 1e-12.
			expect(exact.functionOverlap).toBeCloseTo(wanted.functionOverlap, 11);
			expect(exact.memorizationIndex).toBeCloseTo(wanted.memorizationIndex, 11);
		}
	});

	it("have the weight overlap of a Gaussian process as the width grows, with one unit in N along it", () => {
		// At infinite width q = 1: M = prior + (1/N)((m m^T + Sigma)/readout variance - prior), of the linear GP.
		const width = 20_000;
		const taught = taughtProblem(engine, student(width), linearTeacher, {
			samples: 30,
			freshInputs: 1000,
			seed: 2,
		});
		const axes = matrix(6, 6);
		for (let i = 0; i < 6; i++) axes.data[i * 7] = 1;
		const { testMean, testCovariance } = solveTheory(
			findTheory("nngp"),
			{ ...taught.problem, testInputs: axes },
			{},
			{ engine, clock: () => 0, covariance: true } as never,
		);
		const prior = 1.2 / 6;
		const along = (u: Float64Array) => {
			let sum = dot(u, testMean!.data) ** 2;
			for (let i = 0; i < 6; i++) {
				for (let j = 0; j < 6; j++) sum += u[i]! * u[j]! * testCovariance!.data[i * 6 + j]!;
			}
			return prior + (sum / 0.9 - prior) / width;
		};
		const unit = (i: number) => Float64Array.from({ length: 6 }, (_, j) => (i === j ? 1 : 0));
		const trace = [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + along(unit(i)), 0);
		// The change itself is of order 1/N, its correction of order 1/N^2.
		const change = along(taught.direction) / trace - 1 / 6;
		expect((exactMeasures(engine, taught)!.weightOverlap - 1 / 6) / change).toBeCloseTo(1, 2);
	});

	it("are not given for other students", async () => {
		const sampling = { sampler: "hmc", chains: 2, draws: 20, warmup: 10 };
		const { results, absent } = await ask(
			{ samplesPerParameter: [0.1], dataSets: 2, sampling },
			{
				network: linear(3, { activation: "erf", biasVariance: 0.5 }),
				noiseVariance: 0.1,
			},
		);
		expect(results.points[0]).not.toHaveProperty("exact");
		expect(absent).toEqual({ exact: "known for students with one linear hidden layer and no biases" });
		expect(results.points[0]!.runs.map(({ dataSeed }) => dataSeed)).toEqual([1, 2]);
		// The error of the mean over two data sets: half their difference.
		const [a, b] = results.points[0]!.runs.map(({ testError }) => testError.value);
		expect(results.points[0]!.testError.standardError).toBeCloseTo(Math.abs(a! - b!) / 2, 12);
	});
});

describe("without data to speak of", () => {
	it("the weight overlap is 1/d, the units are Gaussian, and a deep student with biases is no exception", async () => {
		const deep = {
			layers: [
				{ type: "dense", width: 4, activation: "tanh", weightVariance: 1, biasVariance: 0.3 },
				{ type: "dense", width: 3, activation: "relu", weightVariance: 2, biasVariance: 0.1 },
			],
			readout: { weightVariance: 1, biasVariance: 0.2 },
			scaling: "mean-field",
		};
		// Noise so large that the posterior is the prior.
		const { results } = await ask(
			{
				samplesPerParameter: [0.01],
				dataSets: 1,
				sampling: { chains: 4, draws: 500, warmup: 200 },
			},
			{ network: deep, noiseVariance: 1e8 },
		);
		expect(results.parameters).toBe(6 * 4 + 4 * 3 + 3);
		const {
			weightOverlap: overlap,
			collapse,
			preactivationKurtosis,
			projectionKurtosis,
		} = results.points[0]!;
		const z = ({ value, standardError }: { value: number; standardError: number }, truth: number) =>
			Math.abs(value - truth) / standardError;
		// Six numbers: one beyond 3.5 by chance in 350 seeds.
		expect(z(overlap, 1 / 6)).toBeLessThan(3.5);
		expect(z(collapse!, 0)).toBeCloseTo(z(overlap, 1 / 6), 8);
		for (const { pooled, between } of [preactivationKurtosis, projectionKurtosis]) {
			expect(z(pooled, 0)).toBeLessThan(3.5);
			expect(z(between, 0)).toBeLessThan(3.5);
		}
	}, 30_000);
});

describe("the weight overlap", () => {
	it("is 1 for weights along the teacher, whatever their signs and order", () => {
		const direction = Float64Array.of(0.6, 0.8);
		const draws = 40;
		const chain: SavedNetworks = {
			draws,
			array: (_, t) => {
				const signs = [1, t % 2 === 0 ? 1 : -1, 2 + (t % 3)];
				return Float64Array.from(signs.flatMap((s) => [0.6 * s, 0.8 * s]));
			},
		};
		const { overlap, collapse, rHat } = weightOverlap([chain, chain], direction);
		expect(overlap.value).toBeCloseTo(1, 14);
		expect(collapse!.value).toBeCloseTo(1, 14);
		expect(overlap.standardError).toBeLessThan(1e-14);
		// 1 to rounding in every draw: nothing that could be compared, or rounding alone.
		expect(rHat === undefined || rHat < 2).toBe(true);
	});

	it("has an R-hat that tells chains apart", () => {
		const direction = Float64Array.of(1, 0);
		const stretched = (factor: number, seed: number): SavedNetworks => {
			const [chain] = madeUp(1, 200, [3, 2], () => 1, seed);
			return {
				draws: 200,
				array: (name, t) => chain!.array(name, t)!.map((w, i) => (i % 2 === 0 ? factor * w : w)),
			};
		};
		expect(weightOverlap([stretched(1, 1), stretched(1, 2)], direction).rHat).toBeLessThan(1.03);
		expect(weightOverlap([stretched(1, 1), stretched(4, 2)], direction).rHat).toBeGreaterThan(1.3);
	});
});

describe("excess kurtosis", () => {
	const x = matrix(5, 3, normals(engine, seedStream(9), 15));

	it("of Gaussian units of one variance is 0, between and within", () => {
		const { pooled, between, within } = kurtosis(
			engine,
			madeUp(4, 800, [4, 3], () => 1),
			x,
			true,
		);
		for (const { value, standardError } of [pooled, between, within]) {
			expect(Math.abs(value) / standardError).toBeLessThan(3.5);
			expect(standardError).toBeLessThan(0.15);
		}
		// Without the product over halves, 2 draws in 800 of noise would give 6/800.
		expect(Math.abs(between.value)).toBeLessThan(0.02);
	});

	it("of Gaussian units of different variances is all between units", () => {
		// Variances 1 and 9: 3 (mean of squares 41 / mean^2 25 - 1).
		const chains = madeUp(4, 1000, [4, 3], (unit) => (unit < 2 ? 1 : 3));
		const { pooled, between, within } = kurtosis(engine, chains, x, true);
		expect(Math.abs(between.value - 1.92) / between.standardError).toBeLessThan(3.5);
		expect(Math.abs(pooled.value - 1.92) / pooled.standardError).toBeLessThan(3.5);
		expect(Math.abs(within.value) / within.standardError).toBeLessThan(3.5);
		expect(between.standardError).toBeLessThan(0.2);
	});

	it("of units that take turns in being large is all within units", () => {
		const chains = madeUp(4, 1000, [4, 3], (unit, draw) => ((unit + draw) % 2 === 0 ? 1 : 3));
		const { pooled, between, within } = kurtosis(engine, chains, x, true);
		expect(Math.abs(pooled.value - 1.92) / pooled.standardError).toBeLessThan(3.5);
		expect(Math.abs(between.value) / between.standardError).toBeLessThan(3.5);
		expect(within.value).toBeCloseTo(pooled.value - between.value, 12);
	});
});

describe("the function measures", () => {
	const judges = {
		targets: Float64Array.of(1, -1),
		teacher: Float64Array.of(0.5, 1, -2),
		noiseVariance: 0.2,
	};

	it("are those of their definitions", () => {
		const perfect = functionMeasures(judges, Float64Array.of(1, -1, 0.5, 1, -2));
		expect(perfect.functionOverlap).toBeCloseTo(1, 14);
		expect(perfect).toMatchObject({ trainError: 0, testError: 0.2, memorizationIndex: 1 });
		const half = functionMeasures(judges, Float64Array.of(0.5, -0.5, 0.25, 0.5, -1));
		expect(half.functionOverlap).toBeCloseTo(1, 14);
		expect(half.trainError).toBeCloseTo(0.25, 14);
		expect(half.testError).toBeCloseTo((0.25 * 5.25) / 3 + 0.2, 14);
		// A constant predictor has no correlation with anything.
		expect(functionMeasures(judges, new Float64Array(5)).functionOverlap).toBe(0);
	});

	it("have errors by derivatives that differences confirm", () => {
		const base = Float64Array.of(0.8, -0.3, 0.2, 0.9, -1.1);
		const change = Float64Array.of(0.3, 0.7, -0.2, 0.5, 0.4);
		const step = 1e-4;
		// Two draws to each side in turn: the series is base +- step change, of error step |derivative| / sqrt(draws).
		const moments = [1, 2].map(() => {
			const means = createBatchMeans(5, true);
			for (let t = 0; t < 8; t++)
				means.add(base.map((m, i) => m + (t % 2 === 0 ? 1 : -1) * step * change[i]!));
			return means.moments();
		});
		const sampled = sampledFunctionMeasures(judges, moments);
		const at = (sign: number) =>
			functionMeasures(
				judges,
				base.map((m, i) => m + sign * step * change[i]!),
			);
		for (const name of ["functionOverlap", "trainError", "testError", "memorizationIndex"] as const) {
			const slope = Math.abs(at(1)[name] - at(-1)[name]) / 2;
			// 16 independent draws of deviation `slope`, their variance by 15 degrees of freedom.
			expect(sampled[name].standardError / (slope / Math.sqrt(15))).toBeCloseTo(1, 5);
		}
	});
});

describe("teacher-overlap", () => {
	const quick = { samplesPerParameter: [0.1, 0.2], dataSets: 1, sampling: { ...exactSampling, draws: 20 } };

	it("ends an interrupted sweep with what it has", async () => {
		let calls = 0;
		const sample: typeof context.sample = (...args) =>
			++calls > 1 ? Promise.resolve(undefined) : context.sample(...args);
		const { results, convergence } = await ask(quick, undefined, { sample });
		expect(results.points).toHaveLength(1);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toContain("Interrupted: larger numbers of samples are missing");
	});

	it("says what it is, and what did not mix", async () => {
		const sampling = { sampler: "hmc", chains: 2, draws: 8, warmup: 0 };
		const { validity, convergence } = await ask({ ...quick, samplesPerParameter: [1], sampling });
		expect(validity[0]).toEqual({
			name: "status",
			value: "descriptive",
			message: "no theory claimed; nothing here reproduces a published study",
		});
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^R-hat of the overlap is \d\.\d+ at P = 35: the sampler did not mix between permuted or sign-flipped units; the chains of 1 of 1 data sets did not converge at P = 35: raise draws and warmup\.$/,
		);
	});

	it.each([
		[
			"no teacher",
			{ teacher: undefined },
			"teacher-overlap needs a teacher direction: give options.teacher (linear or single-index); got nothing.",
		],
		[
			"a teacher without a direction",
			{ teacher: { type: "random-labels", dimension: 6 } },
			"teacher-overlap needs a teacher direction: give options.teacher (linear or single-index); got random-labels.",
		],
		[
			"a teacher whose direction is that of a filter",
			{ teacher: { type: "shared-filter", dimension: 6, patch: 3, link: "erf" } },
			"teacher-overlap needs a teacher direction: give options.teacher (linear or single-index); got shared-filter.",
		],
		[
			"a constant teacher",
			{ teacher: { type: "single-index", dimension: 6, hermite: [1] } },
			"options.teacher: wanted a teacher that depends on its input; got a constant one. No correlation with a constant is defined.",
		],
		[
			"weighted draws",
			{ sampling: { sampler: "importance" } },
			"options.sampling.sampler: wanted a sampler whose draws count alike; got importance. Use hmc.",
		],
		[
			"one chain",
			{ sampling: { chains: 1 } },
			"options.sampling.chains: wanted an integer from 2 to 1000; got 1.",
		],
		[
			"few fresh inputs",
			{ freshInputs: 100 },
			"options.freshInputs: wanted an integer of at least 1000; got 100.",
		],
	])("refuses %s", async (_, options, message) => {
		await expect(ask({ ...quick, ...options })).rejects.toMatchObject({ name: "InputError", message });
	});

	it.each([
		[
			"convolutions",
			{
				network: {
					...linear(),
					layers: [{ type: "convolution", channels: 2, patch: 3, activation: "linear", weightVariance: 1 }],
				},
				noiseVariance: 0.1,
			},
			"network.layers[0].type: wanted dense layers; got convolution. The overlap is that of weights of whole inputs with the teacher's direction.",
		],
		[
			"no noise",
			{ network: linear(), noiseVariance: 0 },
			"noiseVariance: wanted a finite number above 0; got 0.",
		],
		[
			"a problem",
			{ problem: { trainInputs: [[1]], trainTargets: [1], network: linear(), noiseVariance: 1 } },
			"network: wanted network and noiseVariance, for teacher-overlap; got a problem.",
		],
	])("refuses %s", async (_, setting, message) => {
		await expect(ask(quick, setting)).rejects.toMatchObject({ name: "InputError", message });
	});
});
