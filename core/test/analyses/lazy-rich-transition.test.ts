import { readdirSync, readFileSync } from "node:fs";
import { seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { SWEEPABLE } from "../../src/analyses/lazy-rich-transition/options.ts";
import { overlapRoot, softThreshold } from "../../src/analyses/lazy-rich-transition/overlap.ts";
import { teacherProblem } from "../../src/analyses/lazy-rich-transition/teacher-problem.ts";
import { type Transition, transitionAt } from "../../src/analyses/lazy-rich-transition/transition.ts";
import { lazyRichTransition } from "../../src/analyses/lazy-rich-transition.ts";
import { answerToJson } from "../../src/index.ts";
import { expectGolden, type GoldenCase } from "../helpers/golden.ts";
import { analyze, context, engine } from "./analyses.ts";

const numbers = {
	windows: 10,
	patch: 10,
	channels: 8,
	samples: 1000,
	noiseVariance: 100,
	targetAmplitude: Math.sqrt(10),
};
const parameters = {
	...numbers,
	readoutWeightVariance: 1,
	weightVariance: 1,
	scaling: "standard" as const,
};

/** What every answer holds. */
const resultNames = Object.keys(transitionAt(parameters).transition) as (keyof Transition)[];

const golden = new URL("../../../fixtures/golden/", import.meta.url);
const files = readdirSync(golden).filter((name) => name.startsWith("transition-"));

describe("golden numbers of an independent implementation", () => {
	it("there are three files", () => expect(files).toHaveLength(3));

	it.each(files)("%s", async (name) => {
		const { cases } = JSON.parse(readFileSync(new URL(name, golden), "utf8")) as { cases: GoldenCase[] };
		for (const one of cases) {
			const answer = await analyze(lazyRichTransition, { options: one.options });
			expectGolden(answerToJson(answer.results) as Record<string, unknown>, one);
			expect(answer.convergence.converged).toBe(true);
			// The residual of 1 - alpha = ..., whose terms are of order 1.
			expect(answer.convergence.residual).toBeLessThan(4e-16);
		}
	});
});

describe("overlapRoot", () => {
	const cases = [1e-12, 1e-6, 0.01, 0.1, 1, 100].flatMap((epsilon) =>
		[1e-3, 0.5, 0.999, 1, 1.001, 3, 1e4].flatMap((r) =>
			[0, 0.1, 1, 10, 100].map((m) => [epsilon, r, m] as const),
		),
	);

	it("solves (4) and (5), inside the domain", () => {
		for (const [epsilon, r, m] of cases) {
			const { alpha } = overlapRoot(epsilon, r, m);
			expect(alpha).toBeGreaterThan(0);
			expect(alpha).toBeLessThan(1);
			const u = 1 - alpha;
			// 1/sg of (5), which is eps u / alpha > 0.
			const domain = 1 - r * u * u + m * epsilon * u;
			// alpha is good to rounding, which the slopes of the terms multiply.
			const scale = alpha * (1 + r * u * u + 2 * r * u + (1 + m) * epsilon);
			expect(Math.abs(alpha * domain - epsilon * u)).toBeLessThan(1e-14 * scale);
		}
	});

	it("is the only root: the difference of the sides changes its sign once", () => {
		for (const [epsilon, r, m] of cases.filter(([epsilon]) => epsilon >= 0.01)) {
			const difference = (a: number) => epsilon * (1 - a) * (1 - m * a) - a * (1 - r * (1 - a) ** 2);
			const signs = Array.from({ length: 2000 }, (_, i) => Math.sign(difference((i + 0.5) / 2000)));
			expect(signs.filter((sign, i) => i > 0 && sign !== signs[i - 1])).toHaveLength(1);
		}
	});

	it("is the lazy value for wide networks and the soft threshold for small epsilon", () => {
		expect(overlapRoot(0.1, 1e-9).alpha).toBeCloseTo(0.1 / 1.1, 9);
		for (const r of [1.5, 4, 100]) expect(overlapRoot(1e-9, r).alpha).toBeCloseTo(softThreshold(r), 8);
		expect(overlapRoot(1e-9, 0.5).alpha).toBeLessThan(3e-9);
		// At r = 1 alpha ~ sqrt(eps/2), with a correction of relative order sqrt(eps).
		expect(overlapRoot(1e-8, 1).alpha / Math.sqrt(5e-9)).toBeCloseTo(1, 3);
	});
});

describe("transitionAt", () => {
	it("has r = 1 at n_c, in both scalings", () => {
		for (const scaling of ["standard", "mean-field"] as const) {
			const { criticalSamples } = transitionAt({ ...parameters, scaling }).transition;
			const { r } = transitionAt({ ...parameters, scaling, samples: criticalSamples }).transition;
			expect(r).toBeCloseTo(1, 12);
		}
	});

	it("divides lambda by the channels in the mean-field scaling", () => {
		const meanField = transitionAt({ ...parameters, scaling: "mean-field" }).transition;
		expect(meanField.lambda).toBe(0.01 / 8);
		expect(meanField.criticalSamples).toBeCloseTo((100 / Math.sqrt(10)) * Math.sqrt(8 * 800), 9);
	});
});

describe("options", () => {
	it("that are all numbers give numbers", async () => {
		const { results, options } = await analyze(lazyRichTransition, { options: numbers });
		expect(results.lambda).toBe(0.01);
		expect(results.alpha).toBeCloseTo(0.25090106258412, 12);
		expect(options).toEqual({ ...parameters, sampling: false });
		expect(lazyRichTransition.table({ results, options } as never).rows).toHaveLength(1);
	});

	it.each(SWEEPABLE)("%s may be a list", async (name) => {
		const value = parameters[name];
		const swept = await analyze(lazyRichTransition, { options: { ...numbers, [name]: [value, 3 * value] } });
		const single = await analyze(lazyRichTransition, { options: { ...numbers, [name]: 3 * value } });
		expect(swept.options.sweep).toBe(name);
		for (const key of resultNames) {
			expect(swept.results[key]).toHaveLength(2);
			expect((swept.results[key] as number[])[1]).toBe(single.results[key]);
		}
	});

	it.each([
		[
			{ channels: [1, 2], samples: [3, 4] },
			"options.samples: wanted one option at most to be a list; got lists for channels, samples.",
		],
		[
			{ channels: [1, 2], sweep: "samples" },
			"options.samples: wanted a list, since sweep names it; got 1000. Or sweep channels, which is a list.",
		],
		[{ sweep: "samples" }, "options.samples: wanted a list, since sweep names it; got 1000."],
		[{ channels: [1, 0.5] }, "options.channels[1]: wanted an integer of at least 1; got 0.5."],
		[{ channels: [] }, "options.channels: wanted a list of at least one number; got an empty list."],
		[{ noiseVariance: 0 }, "options.noiseVariance: wanted a finite number above 0; got 0."],
		[
			{ noiseVariance: "loud" },
			'options.noiseVariance: wanted a finite number above 0, or a list of them; got "loud".',
		],
		[{ sweep: "scaling" }, /^options\.sweep: wanted windows, patch, .* or weightVariance; got "scaling"\.$/],
		[
			{ targetAmplitude: 1e200 },
			"options: wanted numbers whose r float64 can hold; got r = Infinity. Rescale targetAmplitude and noiseVariance.",
		],
		[{ sampling: { sampler: "gibs" } }, /^options\.sampling\.sampler: wanted one of .*; got "gibs"\.$/],
		[
			{ sampling: { options: { step: 1 } } },
			/^options\.sampling\.options\.step: wanted .*; got an unknown key\.$/,
		],
		[{ sampling: { at: [8] } }, "options.sampling.at[0]: wanted no list, since nothing is swept; got 8."],
		[
			{ channels: [1, 2], sampling: { at: [2, 3] } },
			"options.sampling.at[1]: wanted one of the values of channels; got 3.",
		],
	])("%j is refused", async (changes, message) => {
		await expect(analyze(lazyRichTransition, { options: { ...numbers, ...changes } })).rejects.toThrow(
			message,
		);
	});

	it("name every number that is missing", async () => {
		const { targetAmplitude: _, ...rest } = numbers;
		await expect(analyze(lazyRichTransition, { options: rest })).rejects.toThrow(
			"options.targetAmplitude: wanted a finite number above 0, or a list of them; got nothing.",
		);
	});
});

describe("sampled networks", () => {
	const small = { windows: 2, patch: 2, channels: 2, samples: 40, noiseVariance: 4, targetAmplitude: 2 };
	const sampling = { chains: 2, draws: 400, warmup: 50 };

	it("see no difference between all points and the rows that stand for them", async () => {
		const of = (samples: number) =>
			teacherProblem({ ...parameters, ...small, samples }, engine, seedStream(3));
		const reduced = of(40);
		expect([reduced.trainInputs.rows, reduced.trainInputs.columns]).toEqual([4, 4]);
		// The same stream, four points at a time: all 40 of them.
		const stream = seedStream(3);
		const parts = Array.from({ length: 10 }, () =>
			teacherProblem({ ...parameters, ...small, samples: 4 }, engine, stream),
		);
		const joined = (name: "trainInputs" | "trainTargets") => ({
			rows: 40,
			columns: parts[0]![name].columns,
			data: Float64Array.from(parts.flatMap((part) => Array.from(part[name].data))),
		});
		const whole = { ...reduced, trainInputs: joined("trainInputs"), trainTargets: joined("trainTargets") };
		const settings = { sampler: "gibbs", ...sampling, seed: 1 };
		const sampled = [reduced, whole].map(async (one) => (await context.sample(one, settings))!.answer);
		const [a, b] = await Promise.all(sampled);
		const error = Math.hypot(a!.testMeanStandardError!.data[0]!, b!.testMeanStandardError!.data[0]!);
		// Two-sided 1e-4 of a normal score.
		expect(Math.abs(a!.testMean!.data[0]! - b!.testMean!.data[0]!) / error).toBeLessThan(3.9);
		expect(error).toBeLessThan(0.05);
	});

	it("have the overlap of (4) where fluctuations and scatter are small", async () => {
		// alpha = 0.45 in the lazy limit; C = 50 and n/(M S) = 2500 leave corrections of order 1/C and n^(-1/2) / 2.
		const wide = { ...small, channels: [50], samples: 10_000, noiseVariance: 3000 };
		const { results, convergence } = await analyze(lazyRichTransition, {
			options: { ...wide, sampling },
		});
		expect(convergence.converged).toBe(true);
		const [alpha] = results.alpha as number[];
		const [sampled] = results.sampledAlpha as number[];
		expect(alpha).toBeGreaterThan(0.4);
		expect(Math.abs(sampled! - alpha!)).toBeLessThan(0.02);
	});

	it("are averaged over data sets, with their spread, at the values asked for", async () => {
		const options = { ...small, channels: [1, 2, 4], sampling: { ...sampling, at: [1, 4], dataSets: 3 } };
		const { results, absent } = await analyze(lazyRichTransition, { options });
		expect(results.sampledAt).toEqual([1, 4]);
		const spread = results.sampledAlphaSpread as number[];
		const error = results.sampledAlphaStandardError as number[];
		expect(error).toEqual(spread.map((value) => value / Math.sqrt(3)));
		expect(results.sampledConverged).toEqual([true, true]);
		expect(absent).toEqual({});
		const table = lazyRichTransition.table({ results, options: { ...options, sweep: "channels" } } as never);
		expect(table.rows.map((row) => row.at(-1) === "")).toEqual([false, true, false]);
	});

	it("say when their chains do not agree, and how to mend it", async () => {
		const options = { ...small, channels: [1, 2], sampling: { chains: 2, draws: 8, warmup: 0 } };
		const { convergence } = await analyze(lazyRichTransition, { options });
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^The chains of \d of 2 sampled values have not converged \(largest R-hat \d\.\d{3}\); raise draws and warmup\.$/,
		);
	});

	it("end where they are interrupted", async () => {
		let runs = 0;
		const { results, convergence } = await analyze(
			lazyRichTransition,
			{ options: { ...small, channels: [1, 2, 4], sampling } },
			{ sample: async (...question) => (runs++ === 1 ? undefined : context.sample(...question)) },
		);
		expect(results.sampledAt).toEqual([1]);
		expect(results.alpha).toHaveLength(3);
		expect(convergence).toMatchObject({
			converged: false,
			advice: "Interrupted: the values after the last sampled one are missing.",
		});
	});
});
