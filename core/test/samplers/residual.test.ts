/** Residual blocks in the real network: what the samplers run, weigh and save is the network of its definition. */
import { type Matrix, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { sampledTree } from "../../src/formats/index.ts";
import {
	combineChains,
	findActivation,
	findSampler,
	type Problem,
	priorKernels,
	runChain,
	type SampledAnswer,
} from "../../src/index.ts";
import { createWeightReader } from "../../src/samplers/network-weights.ts";
import { createObserver } from "../../src/samplers/observer.ts";
import { createPriorPrecision } from "../../src/samplers/prior-precision.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { sampledProblem } from "../formats/sampled-problems.ts";
import { asRead } from "../formats/trees.ts";
import { formats } from "../formats/writers.ts";
import { expectAgreement, measureMatrix, sampledOutputKernel, sampledPoints } from "../helpers/z-scores.ts";
import { namedArrays } from "./named-arrays.ts";
import { weightPriorDraws } from "./prior-weighting.ts";
import { dense, engine, normalMatrix, potentialOf, randomProblem, residual } from "./problems.ts";

const [width, inputs, rho] = [4, 3, 0.7] as const;
/** Blocks of other activations than the layer below them: each reads the one below. */
const problem: Problem = randomProblem({
	points: 5,
	inputs,
	testPoints: 2,
	outputs: 2,
	layers: [
		dense(width, "erf", 1.5, 0.2),
		residual(width, "tanh", rho, 2.1, 0.3),
		residual(width, "sin", 1.3, 0.8),
	],
	readout: { weightVariance: 2, biasVariance: 0.1 },
});

/** f by the definition, in plain loops over the saved arrays. */
function outputs(x: ArrayLike<number>, a: Readonly<Record<string, Float64Array>>): number[] {
	const affine = (weights: Float64Array, biases: Float64Array | undefined, from: ArrayLike<number>) =>
		Array.from({ length: width }, (_, unit) => {
			let sum = biases?.[unit] ?? 0;
			for (let k = 0; k < from.length; k++) sum += weights[unit * from.length + k]! * from[k]!;
			return sum;
		});
	const add = (h: number[], branch: number[], scale: number) =>
		h.map((value, i) => value + scale * branch[i]!);
	const phi = (name: string, h: number[]) => h.map(findActivation(name).value);
	const h0 = affine(a.weights_1!, a.biases_1!, x);
	const h1 = add(h0, affine(a.weights_2!, a.biases_2!, phi("erf", h0)), rho);
	const h2 = add(h1, affine(a.weights_3!, undefined, phi("tanh", h1)), 1.3);
	const features = phi("sin", h2);
	return Array.from(a.readout_biases!, (bias, k) =>
		features.reduce((sum, feature, i) => sum + a.readout_weights![2 * i + k]! * feature, bias),
	);
}

test("saved weights, put through the definition, give the sampled outputs", () => {
	const space = createSamplingSpace(engine, problem);
	const reader = createWeightReader(space);
	const hidden = normalMatrix(8, 1, space.network.parameters).data;
	const readout = normalMatrix(9, width + 1, 2).data;
	const values = reader.read({ hidden, readout }, seedStream(4)).slice();
	const arrays = namedArrays(reader, values);
	expect(Object.keys(arrays)).toEqual([
		"weights_1",
		"biases_1",
		"weights_2",
		"biases_2",
		"weights_3",
		"readout_weights",
		"readout_biases",
	]);
	const { trainMean, testMean } = createObserver(space, {}).observe({ hidden, readout }, seedStream(5));
	const rows = ({ rows, columns, data }: Matrix) =>
		Array.from({ length: rows }, (_, i) => data.subarray(i * columns, (i + 1) * columns));
	// Sums of a dozen numbers of order 1.
	rows(problem.trainInputs).forEach((x, p) => {
		outputs(x, arrays).forEach((f, k) => {
			expect(trainMean[2 * p + k]).toBeCloseTo(f, 12);
		});
	});
	rows(problem.testInputs!).forEach((x, p) => {
		outputs(x, arrays).forEach((f, k) => {
			expect(testMean[2 * p + k]).toBeCloseTo(f, 12);
		});
	});
});

test("a block of residual scale 0 leaves the dense network below it", () => {
	const shape = { points: 4, inputs: 3, noiseVariance: 0.2 };
	const layer = dense(5, "erf", 1.5, 0.3);
	const alone = potentialOf(randomProblem({ ...shape, layers: [layer] }));
	const blocks = potentialOf(
		randomProblem({ ...shape, layers: [layer, residual(5, "erf", 0, 2, 0.4), residual(5, "erf", 0)] }),
	);
	blocks.position.data.set(alone.position.data);
	expect(blocks.evaluate()).toBe(alone.evaluate());
	const gradient = blocks.gradient.data;
	expect(gradient.subarray(0, alone.gradient.length)).toEqual(alone.gradient.data);
	expect(gradient.subarray(alone.gradient.length).every((slope) => slope === 0)).toBe(true);
});

test("Langevin steps are isotropic in the weights of the definition, which do not contain rho", () => {
	const space = createSamplingSpace(engine, problem);
	const precision = createPriorPrecision(space);
	const ones = new Float64Array(space.network.parameters + (width + 1) * 2).fill(1);
	precision.multiply(ones, new Float64Array(precision.outside));
	const { offset, fanIn } = space.network.layers[1]!;
	expect(fanIn).toBe(width + 1);
	// Rounding of a quotient.
	for (let k = 0; k < width; k++) expect(ones[offset + k]).toBeCloseTo(width / 2.1, 14);
	expect(ones[offset + width]).toBeCloseTo(1 / 0.3, 14);
	expect(ones[space.network.layers[2]!.offset]).toBeCloseTo(width / 0.8, 14);
});

describe("a network of width 500 and ten blocks, drawn from the prior", () => {
	const [N, L, draws] = [500, 10, 40];
	const wide = randomProblem({
		points: 3,
		inputs: 6,
		layers: [dense(N, "erf"), ...Array.from({ length: L }, () => residual(N, "erf", 0.5, 1.25, 0.05))],
	});
	const space = createSamplingSpace(engine, wide);
	const { potential } = space;
	const layers = potential.forward.layers;
	const prior = priorKernels(engine, wide);
	const stream = seedStream(11);
	/** (1/N) h^T h of every layer, then of the last features, draw by draw. */
	const sampled = Array.from({ length: draws }, () => {
		engine.fillNormal(stream, potential.position);
		potential.forward.run(potential.position);
		const moment = (x: Float64Array) =>
			Array.from({ length: 9 }, (_, k) => {
				const [a, b] = [Math.floor(k / 3), k % 3];
				let sum = 0;
				for (let unit = 0; unit < N; unit++) sum += x[3 * unit + a]! * x[3 * unit + b]!;
				return sum / N;
			});
		return [
			...layers.map(({ preactivations }) => moment(preactivations.block.data)),
			moment(layers[L]!.activated.data),
		];
	});
	const wanted = [...prior.preactivation.map(([block]) => block!.train), prior.output.train];

	test("has the kernels of the recursion, layer by layer", () => {
		wanted.forEach(({ data }, l) => {
			const scale = Math.max(...data);
			data.forEach((value, k) => {
				const values = sampled.map((kernels) => kernels[l]![k]!);
				const mean = values.reduce((sum, x) => sum + x, 0) / draws;
				const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
				const error = Math.sqrt(squares / (draws * (draws - 1)));
				// 72 numbers: 5 errors, estimated from 40 draws, have a probability of 1e-3 for one of them; beside them the bias of
				// order l/N. The errors are some percent of the kernel, its growth a factor above 2.
				expect(Math.abs(mean - value), `layer ${l}, entry ${k}`).toBeLessThan(5 * error + (l / N) * scale);
				expect(5 * error).toBeLessThan(0.08 * scale);
			});
		});
	});

	test("whose growth from layer to layer is far above these errors", () => {
		const growth = wanted[L]!.data[0]! / wanted[0]!.data[0]!;
		expect(growth).toBeGreaterThan(2);
	});
});

describe("posteriors", () => {
	/** Narrow, with noise at which draws of the prior still have usable weights. */
	const small = (...layers: Problem["network"]["layers"]) =>
		randomProblem({ points: 4, inputs: 3, testPoints: 3, layers: [...layers], noiseVariance: 0.2 });
	const cases: [string, Problem, readonly (readonly [string, number, Record<string, unknown>])[]][] = [
		[
			"an erf block, by hmc and mala",
			small(dense(4, "erf", 2), residual(4, "erf", 0.7, 1.5, 0.2)),
			[
				["hmc", 400, {}],
				["mala", 1000, { stepsPerDraw: 4 }],
			],
		],
		[
			"linear blocks, by hmc and gibbs",
			small(dense(3, "linear", 1, 0.2), residual(3, "linear", 0.6, 1, 0.3), residual(3, "linear", 0.9)),
			[
				["hmc", 400, {}],
				["gibbs", 800, {}],
			],
		],
	];

	test.each(cases)("%s, agree with weighted draws of the prior, and with each other", (_, one, samplers) => {
		const prior = weightPriorDraws(one, 8000, 1);
		// Self-normalized weights are biased by one part in so many.
		expect(prior.effectiveDraws).toBeGreaterThan(500);
		const answers = samplers.map(([sampler, draws, options]) => {
			const settings = { sampler, options, chains: 2, draws, warmup: 200, seed: 1 };
			const chains = [0, 1].map((chain) => runChain(one, engine, settings, chain));
			return combineChains(one, settings, chains);
		});
		const quantities = (answer: SampledAnswer) => ({
			testMean: sampledPoints(answer, "testMean"),
			testVariance: sampledPoints(answer, "testVariance"),
			kernel: sampledOutputKernel(answer),
		});
		const [first, second] = answers.map(quantities);
		const names = ["testMean", "testVariance", "kernel"] as const;
		const measured = names.flatMap((name) => {
			const symmetric = name === "kernel";
			const { values, errors } = prior[name];
			return [
				...[first!, second!].flatMap((sampled) =>
					measureMatrix(name, sampled[name], values, { truthError: errors, symmetric }),
				),
				...measureMatrix(name, first![name], second![name].estimate.data, {
					truthError: second![name].error.data,
					symmetric,
				}),
			];
		});
		// 16 numbers, compared three times.
		expect(measured).toHaveLength(48);
		expectAgreement(measured);
	});
});

describe("sampled networks", () => {
	const sampled = sampledProblem({ ...problem, name: "residual blocks" });
	const tree = sampledTree(sampled);

	test.each(Object.keys(formats))("%s gives back the whole tree", async (format) => {
		expect(await formats[format]!(tree)).toEqual(asRead(tree));
	});

	test("every theory but nngp refuses, and says why", () => {
		const reasons = sampled.theories.flatMap((one) =>
			"reason" in one ? [[one.theory, one.reason] as const] : [],
		);
		const answered = sampled.theories.filter((one) => !("reason" in one)).map(({ theory }) => theory);
		expect(answered).toEqual(["nngp"]);
		for (const [theory, reason] of reasons.filter(([, reason]) => !reason.includes("default options"))) {
			expect(reason).toBe(
				`${theory} has no equations for residual blocks. Use nngp, or sample the network with hmc.`,
			);
		}
	});

	test("exact refuses, gibbs takes linear blocks", () => {
		const linear = randomProblem({
			points: 2,
			inputs: 2,
			layers: [dense(3, "linear"), residual(3, "linear", 1)],
		});
		expect(findSampler("exact").applies(linear)).toBe(
			"exact draws no residual blocks: the network is then no product of its layers. Use gibbs.",
		);
		expect(findSampler("gibbs").applies(linear)).toBe(true);
		expect(findSampler("gibbs").applies(problem)).toBe(
			"gibbs needs linear activations; layer 1 has erf. Use hmc.",
		);
	});
});
