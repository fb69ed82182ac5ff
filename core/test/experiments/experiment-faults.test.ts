import { findTheory, isInputError, theories } from "@finitude/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultOf } from "../helpers/fault-of.ts";
import { network, problem, resolve, teacher } from "./small-experiments.ts";

describe("resolveExperiment", () => {
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
			`theories[1]: wanted one of ${theories.map(({ id }) => id).join(", ")}, or an alias; got "kernel-rescalng". Did you mean kernel-rescaling?`,
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
			'data.teacher.type: wanted linear, single-index, network, random-labels, gaussian-xor, templates or shared-filter; got "Linear". Did you mean linear?',
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
			"theorys: wanted one of the keys name, seed, problem, data, network, noiseVariance, theories, sampling, learningCurve or map; got an unknown key. Did you mean theories?",
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
		expect(faultOf(() => resolve(json))).toBe(message);
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
