import { readFileSync } from "node:fs";
import {
	commentedTemplate,
	findSampler,
	findTheory,
	hashExperiment,
	isExperiment,
	isInputError,
	jsonSchemas,
	parseText,
	problemToJson,
	resolveExperiment,
	withDataPaths,
} from "@finitude/core";
import { createEngine } from "@finitude/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/experiments/hash.ts";
import { filesOf, mnist } from "../helpers/experiments.ts";

const engine = await createEngine();
const network = {
	layers: [{ type: "dense", width: 5, activation: "erf", weightVariance: 1 }],
	readout: { weightVariance: 1 },
	scaling: "standard",
};
const teacher = {
	data: { source: "teacher", teacher: { type: "linear", dimension: 3 }, trainCount: 4, testCount: 2 },
	network,
	noiseVariance: 0.1,
};
const problem = {
	trainInputs: [
		[1, 2],
		[3, 4],
	],
	trainTargets: [1, 2],
	network,
	noiseVariance: 0.1,
};
const files = filesOf({
	"problem.yaml": `name: on file\ntrainInputs: [[1, 2], [3, 4]]\ntrainTargets: [1, 2]\nnetwork: ${JSON.stringify(network)}\nnoiseVariance: 0.1\n`,
	"broken.yaml": `trainInputs: [[1, 2], [3, 4]]\ntrainTargets: [1, 2]\nnetwork: ${JSON.stringify(network)}\nnoiseVariance: -1\n`,
	"twice.json": '{"name": 1, "name": 2}',
});
const resolve = (json: unknown) => resolveExperiment(json, { readBytes: files, mnist, engine });

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

	const cases: [string, unknown, string][] = [
		["a list", [], "file: wanted an object; got an empty list."],
		["nothing in it", {}, "data: wanted how to make the data set; got nothing. Or give problem."],
		[
			"neither problem nor data",
			{ theories: "all" },
			"data: wanted how to make the data set; got nothing. Or give problem.",
		],
		[
			"data without a network",
			{ data: teacher.data, noiseVariance: 0.1 },
			"network: wanted a network; got nothing.",
		],
		[
			"data without a noise level",
			{ data: teacher.data, network },
			"noiseVariance: wanted a finite number of at least 0; got nothing.",
		],
		[
			"problem and data",
			{ ...teacher, problem },
			"data: wanted no data beside problem; got both. Leave one out.",
		],
		[
			"a network beside a problem",
			{ problem, network },
			"network: wanted no network beside problem; got both. The problem has its own.",
		],
		[
			"a fault in an inline problem",
			{ problem: { ...problem, noiseVariance: "x" } },
			'problem.noiseVariance: wanted a finite number of at least 0; got "x".',
		],
		[
			"a ragged inline problem",
			{ problem: { ...problem, trainInputs: [[1], [2, 3]] } },
			"problem.trainInputs[1]: wanted a row of 1 number, as many as in row 0; got a row of 2.",
		],
		[
			"a theory there is not",
			{ problem, theories: ["nngp", "kernel-rescalng"] },
			'theories[1]: wanted one of nngp, finite-width-correction, self-consistent, equations-of-state, kernel-rescaling, or an alias; got "kernel-rescalng". Did you mean kernel-rescaling?',
		],
		[
			"a theory twice, under two names",
			{ problem, theories: ["nngp", { id: findTheory("nngp").aliases[0] }] },
			"theories[1]: wanted every theory once; got nngp again.",
		],
		[
			"an option of a theory without any",
			{ problem, theories: [{ id: "nngp", options: { speed: 9 } }] },
			"theories[0].options.speed: wanted no keys; got an unknown key.",
		],
		[
			"a sampler there is not",
			{ problem, sampling: { sampler: "nuts" } },
			'sampling.sampler: wanted one of hmc, mala, langevin, importance, gibbs, exact; got "nuts".',
		],
		[
			"a number as problem",
			{ problem: 5 },
			"problem: wanted a problem or the path of a problem file; got 5.",
		],
		[
			"a problem file that is not there",
			{ problem: "nowhere.yaml" },
			"nowhere.yaml: wanted a file to read; got no such file.",
		],
		[
			"a fault in a problem file",
			{ problem: "broken.yaml" },
			"broken.yaml: noiseVariance: wanted a finite number of at least 0; got -1.",
		],
		[
			"a key twice in a problem file",
			{ problem: "twice.json" },
			'twice.json, line 1, column 13: wanted every key once; got "name" again.',
		],
		[
			"an unknown source",
			{ ...teacher, data: { source: "mnits" } },
			'data.source: wanted mnist, idx, cifar10, csv, npy, npz, json or teacher; got "mnits". Did you mean mnist?',
		],
		[
			"no source",
			{ ...teacher, data: {} },
			"data.source: wanted mnist, idx, cifar10, csv, npy, npz, json or teacher; got nothing.",
		],
		[
			"an unknown teacher",
			{ ...teacher, data: { ...teacher.data, teacher: { type: "Linear" } } },
			'data.teacher.type: wanted linear, single-index, network, random-labels, gaussian-xor or templates; got "Linear". Did you mean linear?',
		],
		[
			"an unknown link",
			{
				...teacher,
				data: { ...teacher.data, teacher: { type: "single-index", dimension: 2, link: "cube" } },
			},
			'data.teacher.link: wanted linear, erf, relu, quadratic, tanh, gelu, sigmoid, sin, softplus, cubic, abs or sign; got "cube". Did you mean cubic?',
		],
		[
			"dimension 0",
			{ ...teacher, data: { ...teacher.data, teacher: { type: "linear", dimension: 0 } } },
			"data.teacher.dimension: wanted an integer of at least 1; got 0.",
		],
		[
			"negative noise on the targets",
			{ ...teacher, data: { ...teacher.data, targetNoiseVariance: -1 } },
			"data.targetNoiseVariance: wanted a finite number of at least 0; got -1.",
		],
		[
			"P = 0",
			{ ...teacher, data: { ...teacher.data, trainCount: 0 } },
			"data.trainCount: wanted an integer of at least 1; got 0.",
		],
		[
			"a count that is no number",
			{ ...teacher, data: { source: "csv", train: "x", targets: [0], trainCount: "most" } },
			'data.trainCount: wanted "all" or an integer of at least 1; got "most".',
		],
		[
			"a key of another source",
			{ ...teacher, data: { ...teacher.data, classes: [0, 1] } },
			"data.classes: wanted one of the keys source, teacher, trainCount, testCount, targetNoiseVariance or seed; got an unknown key.",
		],
		["a negative seed", { ...teacher, seed: -1 }, "seed: wanted an integer from 0 to 2^53 - 1; got -1."],
		[
			"a seed beyond 2^53",
			{ ...teacher, seed: 2 ** 53 },
			"seed: wanted an integer from 0 to 2^53 - 1; got 9007199254740992.",
		],
		[
			"an unknown key",
			{ ...teacher, theorys: "all" },
			"theorys: wanted one of the keys name, seed, problem, data, network, noiseVariance, theories or sampling; got an unknown key. Did you mean theories?",
		],
		[
			"a theory without id",
			{ ...teacher, theories: ["nngp", { options: {} }] },
			"theories[1].id: wanted text; got nothing.",
		],
		[
			"a theory as one word",
			{ ...teacher, theories: "nngp" },
			'theories: wanted "all" or a list of theories; got "nngp".',
		],
		[
			"no chains",
			{ ...teacher, sampling: { chains: 0 } },
			"sampling.chains: wanted an integer from 1 to 1000; got 0.",
		],
		[
			"sampling: true",
			{ ...teacher, sampling: true },
			"sampling: wanted false or an object such as { chains: 4, draws: 1000 }; got true.",
		],
		[
			"a patch that does not tile the data",
			{
				...teacher,
				network: {
					...network,
					layers: [{ type: "convolution", channels: 2, patch: 2, activation: "erf", weightVariance: 1 }],
				},
			},
			"network.layers[0].patch: wanted a patch that tiles the 3 positions of the input; got 2. Patches that fit: 1, 3. If the inputs are an image, give inputShape.",
		],
		[
			"a stride that is not the patch",
			{
				...teacher,
				network: {
					...network,
					layers: [
						{ type: "convolution", channels: 2, patch: 3, stride: 1, activation: "erf", weightVariance: 1 },
					],
				},
			},
			"network.layers[0].stride: wanted 3, equal to patch; got 1. Overlapping patches and gaps between them are not supported; leave stride out.",
		],
	];
	it.each(cases)("refuses %s", (_, json, message) => {
		let text = "no fault";
		try {
			resolve(json);
		} catch (error) {
			if (!isInputError(error)) throw error;
			text = error.message;
		}
		expect(text).toBe(message);
	});

	it("never fails but with an InputError (1,000 random changes of valid experiments)", () => {
		const key = fc.constantFrom(
			"name",
			"seed",
			"problem",
			"data",
			"network",
			"noiseVariance",
			"theories",
			"sampling",
			"zzz",
		);
		const inner = fc.constantFrom(
			"source",
			"teacher",
			"trainCount",
			"testCount",
			"seed",
			"chains",
			"type",
			"dimension",
			"file",
			"classes",
		);
		const value = fc.oneof(
			fc.constantFrom<unknown>(
				null,
				"all",
				"mnist",
				"npz",
				-1,
				0,
				1.5,
				1e300,
				Number.NaN,
				[],
				{},
				[[]],
				false,
				"problem.yaml",
				"twice.json",
				[null],
				[{}],
			),
			fc.anything({ maxDepth: 2 }),
		);
		const change = fc.tuple(key, fc.option(inner), value);
		let refused = 0;
		fc.assert(
			fc.property(
				fc.constantFrom<object>(teacher, { problem }),
				fc.array(change, { minLength: 1, maxLength: 2 }),
				(base, changes) => {
					const json = structuredClone(base) as Record<string, unknown>;
					for (const [outer, deep, replacement] of changes) {
						const target = json[outer];
						if (deep !== null && typeof target === "object" && target !== null)
							Object.assign(target, { [deep]: replacement });
						else json[outer] = replacement;
					}
					try {
						resolve(json);
					} catch (error) {
						if (!isInputError(error)) throw error;
						expect(error.message).toMatch(/^.+: wanted .+; got .+\.( |$)/s);
						refused++;
					}
				},
			),
			{ numRuns: 1000, seed: 1 },
		);
		expect(refused).toBeGreaterThan(500);
	}, 60_000);
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
