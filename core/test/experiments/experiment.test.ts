import { readFileSync } from "node:fs";
import {
	commentedTemplate,
	findSampler,
	hashExperiment,
	isExperiment,
	jsonSchemas,
	parseText,
	problemToJson,
	withDataPaths,
} from "@finitude/core";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/experiments/hash.ts";
import { problem, resolve, teacher } from "./small-experiments.ts";

const examples = new URL("../../../examples/", import.meta.url);
const example = (name: string) => parseText(new Uint8Array(readFileSync(new URL(name, examples))), name);

describe("resolveExperiment", () => {
	it("fills in every default, and resolves what it resolved to the same bits", () => {
		const experiment = resolve(teacher);
		expect(experiment.resolved).toStrictEqual({
			name: "teacher",
			seed: 1,
			data: {
				source: "teacher",
				teacher: { type: "linear", dimension: 3, inputVariance: 1 },
				trainCount: 4,
				testCount: 2,
				targetNoiseVariance: 0,
				seed: 1,
			},
			network: {
				layers: [{ type: "dense", width: 5, activation: "erf", weightVariance: 1, biasVariance: 0 }],
				readout: { weightVariance: 1, biasVariance: 0 },
				scaling: "standard",
			},
			noiseVariance: 0.1,
			theories: "all",
			sampling: {
				sampler: "hmc",
				chains: 4,
				draws: 1000,
				warmup: 500,
				seed: 1,
				options: findSampler("hmc").options.parse({}),
				covariance: false,
				evidence: false,
				saveWeights: false,
			},
		});
		expect(experiment.problem.name).toBe("teacher");
		expect(resolve(JSON.parse(JSON.stringify(experiment.resolved)))).toStrictEqual(experiment);
	});

	it("takes a problem inline or by path, and writes the latter out", () => {
		const inline = resolve({
			name: "on file",
			problem,
			theories: ["nngp", { id: "kernel-rescaling", options: { meanTerm: "ignore" } }],
			sampling: false,
			seed: 5,
		});
		const byPath = resolve({
			problem: "problem.yaml",
			theories: ["nngp", { id: "kernel-rescaling", options: { meanTerm: "ignore" } }],
			sampling: false,
			seed: 5,
		});
		expect(byPath.problem).toStrictEqual(inline.problem);
		expect(byPath.resolved).toStrictEqual({
			name: "on file",
			seed: 5,
			problem: problemToJson(byPath.problem),
			theories: [
				{ id: "nngp", options: {} },
				{ id: "kernel-rescaling", options: { meanTerm: "ignore" } },
			],
			sampling: false,
		});
		expect(resolve(byPath.resolved)).toStrictEqual(byPath);
		const nameless = resolve({ problem: { ...problem, name: "" } });
		expect(nameless.name).toBe("unnamed");
		expect(resolve(nameless.resolved).name).toBe("unnamed");
		expect(resolve({ name: "other", problem }).problem.name).toBe("other");
	});

	it("hands its seed to the data and the sampler unless they have their own", () => {
		const { resolved } = resolve({ ...teacher, seed: 3, sampling: { chains: 2, seed: 4 } });
		expect(resolved).toMatchObject({
			seed: 3,
			data: { seed: 3 },
			sampling: { chains: 2, draws: 1000, seed: 4 },
		});
		expect(resolve({ ...teacher, seed: 3 }).problem).toStrictEqual(
			resolve({ ...teacher, data: { ...teacher.data, seed: 3 } }).problem,
		);
	});
});

describe("the examples and the template", () => {
	it("digits: 100 zeros and ones of MNIST, every point of length sqrt(d)", () => {
		const { problem, resolved } = resolve(example("digits.yaml"));
		expect([problem.trainInputs.rows, problem.trainInputs.columns, problem.testInputs!.rows]).toStrictEqual([
			100, 784, 200,
		]);
		expect(problem.inputShape).toStrictEqual([28, 28, 1]);
		expect(problem.trainTargets.data.filter((y) => y === 1)).toHaveLength(50);
		expect(problem.testTargets!.data.filter((y) => y === -1)).toHaveLength(100);
		for (let i = 0; i < 100; i++) {
			const squared = problem.trainInputs.data
				.subarray(784 * i, 784 * (i + 1))
				.reduce((sum, x) => sum + x * x, 0);
			// 784 additions of numbers of order 1 around a sum of 784.
			expect(Math.abs(squared - 784)).toBeLessThan(1e-10);
		}
		expect(resolve(resolved).problem).toStrictEqual(problem);
	});
	it.each(["digits.yaml", "teacher.yaml"])(
		"%s says all that it uses: nothing but seeds, names and what sampling leaves at rest is filled in",
		(name) => {
			const json = example(name) as Record<string, Record<string, unknown>>;
			const { resolved } = resolve(json);
			const rest = {
				options: findSampler("hmc").options.parse({}),
				covariance: false,
				evidence: false,
				saveWeights: false,
			};
			const withSeeds = {
				...json,
				data: { ...json.data, seed: 1 },
				sampling: { ...json.sampling, ...rest, seed: 1 },
			};
			expect(resolved).toStrictEqual(withSeeds);
		},
	);
	it("the template is a valid experiment", () => {
		const json = parseText(commentedTemplate());
		expect(isExperiment(json)).toBe(true);
		expect(resolve(json).problem.trainInputs.rows).toBe(50);
	});
});

describe("withDataPaths", () => {
	const moved = (path: string) => `../../${path}`;
	const data = { trainCount: "all", testCount: 0, balanced: true };
	const cases: [string, object, object][] = [
		["csv", { train: "a.csv", targets: ["train"] }, { train: "../../a.csv", targets: ["train"] }],
		["npz", { file: "a.npz", trainInputs: "x" }, { file: "../../a.npz", trainInputs: "x" }],
		[
			"npy",
			{ trainInputs: "x.npy", trainTargets: "y.npy" },
			{ trainInputs: "../../x.npy", trainTargets: "../../y.npy" },
		],
		[
			"cifar10",
			{ trainFiles: ["a", "b"], classes: [0] },
			{ trainFiles: ["../../a", "../../b"], classes: [0] },
		],
		["mnist", { classes: [0, 1] }, { classes: [0, 1] }],
	];
	it.each(cases)("replaces the paths of %s and nothing else", (source, before, after) => {
		const resolved = { seed: 1, data: { source, ...data, ...before } };
		expect(withDataPaths(resolved, moved)).toStrictEqual({ seed: 1, data: { source, ...data, ...after } });
	});
	it("leaves an experiment with a problem alone", () => {
		expect(withDataPaths({ problem }, moved)).toStrictEqual({ problem });
	});
});

describe("isExperiment", () => {
	it("tells experiments from problems", () => {
		expect([teacher, { problem }, { sampling: false }].map(isExperiment)).toStrictEqual([true, true, true]);
		expect([problem, {}, [], null, "data", { ...problem, data: 1 }].map(isExperiment)).toStrictEqual(
			Array(6).fill(false),
		);
	});
});

describe("hashExperiment", () => {
	it("does not depend on the order of keys or on defaults written out", () => {
		const hash = hashExperiment(resolve(teacher).resolved);
		expect(hash).toMatch(/^[0-9a-f]{10}$/);
		const { data, ...rest } = teacher;
		expect(hashExperiment(resolve({ seed: 1, ...rest, data, theories: "all" }).resolved)).toBe(hash);
		expect(hashExperiment(resolve({ ...teacher, noiseVariance: 0.2 }).resolved)).not.toBe(hash);
	});
	it("is SHA-256 of the canonical JSON", () => {
		expect(canonicalJson({ b: [1, { d: 0.1, c: null }], a: "x" })).toBe(
			'{"a":"x","b":[1,{"c":null,"d":0.1}]}',
		);
		// SHA-256 of "{}" begins 44136fa355b3678a1146ad16f7e8649e (sha256sum).
		expect(hashExperiment({})).toBe("44136fa355");
	});
});

describe("JSON Schemas", () => {
	it.each(["problem", "experiment"] as const)("the file for %s is up to date (npm run schemas)", (name) => {
		const file = new URL(`../../schemas/${name}.json`, import.meta.url);
		expect(JSON.parse(readFileSync(file, "utf8"))).toStrictEqual(
			JSON.parse(JSON.stringify(jsonSchemas()[name])),
		);
	});
});
