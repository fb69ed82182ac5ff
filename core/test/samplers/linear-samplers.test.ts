/** The samplers of linear networks: what they refuse, what their states carry, and that they see new targets. */
import { matrix, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { type ChainSnapshot, findSampler, type Problem, runChain } from "../../src/index.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { convolution, dense, engine, randomProblem } from "./problems.ts";

const shape = { points: 4, inputs: 6, testPoints: 2 };
const deep = randomProblem({ ...shape, layers: [dense(3, "linear", 1, 0.2), dense(2, "linear")] });
const pair = randomProblem({ ...shape, outputs: 2, layers: [dense(8, "linear")] });
const positions = randomProblem({ ...shape, layers: [convolution(3, 3, "linear", 1, 0.2)] });

const samplerOf = (id: string) => findSampler(id);
const refusal = (id: string, problem: Problem) => samplerOf(id).applies(problem);

describe("gibbs", () => {
	test("samples every linear network with noise", () => {
		const everywhere = randomProblem({
			...shape,
			outputs: 3,
			layers: [convolution(2, 2, "linear", 1, 0.1), dense(2, "linear", 1, 0.3)],
			readout: { weightVariance: 1, biasVariance: 0.2 },
		});
		for (const problem of [deep, pair, positions, everywhere]) expect(refusal("gibbs", problem)).toBe(true);
	});

	test("refuses in words", () => {
		const nonlinear = randomProblem({ ...shape, layers: [dense(3, "linear"), dense(2, "erf")] });
		expect(refusal("gibbs", nonlinear)).toBe("gibbs needs linear activations; layer 2 has erf. Use hmc.");
		expect(refusal("gibbs", { ...deep, noiseVariance: 0 })).toBe(
			"gibbs needs noiseVariance > 0; got 0: without noise the conditional of a layer is concentrated on a subspace, and the " +
				"sampler would not move off it. Use a small noise, such as 1e-4 of the targets' variance.",
		);
		const settings = { sampler: "gibbs", chains: 1, draws: 4, warmup: 0, seed: 1, options: { sweeps: 0 } };
		expect(() => runChain(deep, engine, settings, 0)).toThrow(
			"sampling.options.sweeps: wanted a number of at least 1; got 0.",
		);
		// A noise that rounding swallows beside more points than inputs.
		const swallowed = randomProblem({
			points: 12,
			inputs: 3,
			layers: [dense(20, "linear")],
			noiseVariance: 1e-300,
		});
		expect(() => runChain(swallowed, engine, { ...settings, options: {} }, 0)).toThrow(
			"noiseVariance: wanted a noise that keeps kernel + noise positive definite in double precision; got 1e-300. " +
				"The Cholesky factorization failed at a sampled network: raise noiseVariance.",
		);
	});
});

describe("exact", () => {
	test("samples what it has a law of the scales for", () => {
		for (const problem of [deep, pair, positions]) expect(refusal("exact", problem)).toBe(true);
		// A patch as wide as the input: one position.
		const onePosition = randomProblem({
			...shape,
			layers: [convolution(3, 6, "linear"), dense(2, "linear")],
		});
		expect(refusal("exact", onePosition)).toBe(true);
	});

	test.each<[Partial<Parameters<typeof randomProblem>[0]>, string]>([
		[
			{ layers: [dense(3, "relu")] },
			"exact is exact for linear activations only; layer 1 has relu. Use hmc.",
		],
		[
			{ noiseVariance: 0 },
			"exact needs noiseVariance > 0; got 0: without noise the readout given the hidden weights, which every sampler's draws " +
				"are read through, is not defined for widths below the number of points. Use a small noise, such as 1e-4 of the " +
				"targets' variance.",
		],
		[
			{ layers: [dense(3, "linear"), dense(3, "linear", 1, 0.1)] },
			"exact: a bias in hidden layer 2 breaks the scale mixture. Use gibbs.",
		],
		[
			{ outputs: 3 },
			"exact draws linear networks with one output and one position in every layer, and single layers with two outputs or " +
				"two positions; this one has L = 1, D = 3 and 1 positions. Use gibbs.",
		],
		[
			{ layers: [convolution(3, 2, "linear"), dense(2, "linear")] },
			"exact draws linear networks with one output and one position in every layer, and single layers with two outputs or " +
				"two positions; this one has L = 2, D = 1 and 3, 1 positions. Use gibbs.",
		],
		[
			{ outputs: 2, layers: [dense(1, "linear")] },
			"exact needs at least two units for two outputs: with one the matrix of scales is singular. Use gibbs.",
		],
		[
			{ layers: [convolution(1, 3, "linear")] },
			"exact needs at least two units for two positions: with one the matrix of scales is singular. Use gibbs.",
		],
	])("refuses in words: %j", (changes, sentence) => {
		const problem = randomProblem({ ...shape, layers: [dense(3, "linear")], ...changes });
		expect(refusal("exact", problem)).toBe(sentence);
	});

	test("states its quadrature", () => {
		const space = createSamplingSpace(engine, deep);
		const [note, ...others] = samplerOf("exact").prepare(space, {}).notes;
		expect(others).toEqual([]);
		expect(note!.name).toBe("log evidence of the quadrature");
		expect(note!.message).toMatch(
			/^The scales are drawn on the \d+ nodes of a quadrature with its weights; doubling its step changes the log evidence by \d\.\de[+-]\d+, and the error of all expectations is about the square of that\.$/,
		);
	});
});

const cases = [
	["gibbs", deep],
	["gibbs", positions],
	["exact", deep],
	["exact", pair],
] as const;

test.each(cases)("%s goes on from a snapshot with the same bits", (sampler, problem) => {
	const settings = { sampler, chains: 1, draws: 6, warmup: 2, seed: 3 };
	const snapshots: ChainSnapshot[] = [];
	const full = runChain(problem, engine, settings, 0, {
		wantsSnapshot: () => true,
		onSnapshot: (snapshot) => snapshots.push(structuredClone(snapshot)),
	});
	for (const step of [2, 5]) {
		expect(runChain(problem, engine, settings, 0, { resume: snapshots[step]! })).toEqual(full);
	}
});

test.each(cases)("%s sees targets that are changed between steps", (sampler, problem) => {
	const space = createSamplingSpace(engine, problem);
	const kernel = samplerOf(sampler).prepare(space, samplerOf(sampler).options.parse({}));
	const start = kernel.init(seedStream(1));
	const other = matrix(
		4,
		problem.trainTargets.columns,
		problem.trainTargets.data.map((y) => 2 * y + 1),
	);
	const afresh = createSamplingSpace(engine, { ...problem, trainTargets: other });
	const expected = samplerOf(sampler)
		.prepare(afresh, samplerOf(sampler).options.parse({}))
		.step(start, seedStream(2), false).state;
	space.potential.targets.block.data.set(other.data);
	expect(kernel.step(start, seedStream(2), false).state).toEqual(expected);
	expect(kernel.step(start, seedStream(3), false).state).not.toEqual(expected);
});
