/** Saved weights, put through a network written down plainly, give the network's own outputs. */
import { seedStream, splitStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { estimateMemory, findActivation, InputError, type Problem, runChain } from "../../src/index.ts";
import { createWeightReader } from "../../src/samplers/network-weights.ts";
import { createObserver } from "../../src/samplers/observer.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { namedArrays } from "./named-arrays.ts";
import { convolution, dense, engine, normalMatrix, randomProblem } from "./problems.ts";

const problem: Problem = {
	...randomProblem({
		points: 3,
		inputs: 4 * 8 * 2,
		testPoints: 2,
		outputs: 2,
		inputShape: [4, 8, 2],
		layers: [convolution(3, 2, "erf", 1.5, 0.2), convolution(2, 2, "tanh", 2, 0.3), dense(4, "relu", 2, 0.1)],
		readout: { weightVariance: 2, biasVariance: 0.2 },
		scaling: "mean-field",
	}),
	testInputs: normalMatrix(3, 2, 64),
};

type Arrays = Readonly<Record<string, Float64Array>>;

const relu = (h: number) => Math.max(h, 0);
const erf = findActivation("erf").value;

/** A convolution of 2 x 2 patches on an image [row][column][channel], as loops. */
function convolve(
	image: number[][][],
	weights: Float64Array,
	biases: Float64Array,
	phi: (h: number) => number,
) {
	const fanIn = 4 * image[0]![0]!.length;
	return Array.from({ length: image.length / 2 }, (_, r) =>
		Array.from({ length: image[0]!.length / 2 }, (_, c) =>
			Array.from(biases, (bias, unit) => {
				const patch = [0, 1].flatMap((i) => [0, 1].flatMap((j) => image[2 * r + i]![2 * c + j]!));
				return phi(patch.reduce((sum, x, k) => sum + weights[unit * fanIn + k]! * x, bias));
			}),
		),
	);
}

function output(x: Float64Array, a: Arrays): number[] {
	const image = Array.from({ length: 4 }, (_, r) =>
		Array.from({ length: 8 }, (_, c) => [x[16 * r + 2 * c]!, x[16 * r + 2 * c + 1]!]),
	);
	const first = convolve(image, a.weights_1!, a.biases_1!, erf);
	const second = convolve(first, a.weights_2!, a.biases_2!, Math.tanh).flat(2);
	const third = Array.from(a.biases_3!, (bias, unit) =>
		relu(second.reduce((sum, h, k) => sum + a.weights_3![unit * second.length + k]! * h, bias)),
	);
	return Array.from(a.readout_biases!, (bias, k) =>
		third.reduce((sum, h, i) => sum + a.readout_weights![2 * i + k]! * h, bias),
	);
}

test("an image through three layers, weights of the readout given", () => {
	const space = createSamplingSpace(engine, problem);
	const reader = createWeightReader(space);
	const hidden = normalMatrix(8, 1, space.network.parameters).data;
	const readout = normalMatrix(9, 5, 2).data;
	const stream = seedStream(4);
	const values = reader.read({ hidden, readout }, stream).slice();
	const arrays = namedArrays(reader, values);
	expect(Object.values(arrays).reduce((sum, { length }) => sum + length, 0)).toBe(reader.count);
	expect(reader.arrays.map(({ name, shape }) => [name, ...shape])).toEqual([
		["weights_1", 3, 8],
		["biases_1", 3],
		["weights_2", 2, 12],
		["biases_2", 2],
		["weights_3", 4, 4],
		["biases_3", 4],
		["readout_weights", 4, 2],
		["readout_biases", 2],
	]);
	const observer = createObserver(space, {});
	const { trainMean, testMean } = observer.observe({ hidden, readout }, splitStream(stream, 1));
	const rows = (x: Float64Array) =>
		Array.from({ length: x.length / 64 }, (_, i) => x.subarray(64 * i, 64 * i + 64));
	const expected = rows(problem.trainInputs.data).flatMap((x) => output(x, arrays));
	// 24 training patches span all 9 directions, so nothing of the test outputs is left to chance either.
	const unseen = rows(problem.testInputs!.data).flatMap((x) => output(x, arrays));
	// Sums of a few dozen numbers of order 1.
	trainMean.forEach((f, i) => {
		expect(f).toBeCloseTo(expected[i]!, 12);
	});
	testMean.forEach((f, i) => {
		expect(f).toBeCloseTo(unseen[i]!, 12);
	});
});

test("readouts drawn from their conditional have the conditional moments of f", () => {
	const few = randomProblem({ points: 4, inputs: 6, layers: [dense(3, "erf")], noiseVariance: 0.2 });
	const space = createSamplingSpace(engine, few);
	const reader = createWeightReader(space);
	const hidden = normalMatrix(8, 1, space.network.parameters).data;
	const stream = seedStream(4);
	const draws = 20_000;
	const observer = createObserver(space, {});
	const exact = observer.observe({ hidden }, stream);
	const [mean, variance] = [exact.trainMean.slice(), exact.trainVariance.slice()];
	const x = few.trainInputs.data;
	const sums = [new Float64Array(4), new Float64Array(4)] as const;
	let prior = 0;
	for (let t = 0; t < draws; t++) {
		const w = reader.read({ hidden }, stream);
		for (let p = 0; p < 4; p++) {
			let f = 0;
			for (let unit = 0; unit < 3; unit++) {
				let h = 0;
				for (let k = 0; k < 6; k++) h += w[6 * unit + k]! * x[6 * p + k]!;
				f += w[18 + unit]! * erf(h);
			}
			sums[0][p]! += f / draws;
			sums[1][p]! += (f - mean[p]!) ** 2 / draws;
		}
		// Six inputs, four training points: the sum of squares keeps the prior's two free directions, each of variance 1/6.
		for (let k = 0; k < 6; k++) prior += w[k]! ** 2 / draws;
	}
	for (let p = 0; p < 4; p++) {
		// f given the hidden weights is Gaussian: its sample mean and variance have known errors; 10 comparisons.
		expect(Math.abs(sums[0][p]! - mean[p]!)).toBeLessThan(4 * Math.sqrt(variance[p]! / draws));
		expect(Math.abs(sums[1][p]! / variance[p]! - 1)).toBeLessThan(4 * Math.sqrt(2 / draws));
	}
	const seen = hidden.subarray(0, 4).reduce((sum, z) => sum + (z * z) / 6, 0);
	expect(Math.abs(prior - seen - 2 / 6)).toBeLessThan(4 * Math.sqrt((2 * 2) / 36 / draws));
});

test("saving weights changes no other number, and goes on from snapshots", () => {
	const few = randomProblem({ points: 4, inputs: 6, testPoints: 2, layers: [dense(3, "erf")] });
	const settings = { sampler: "hmc", chains: 1, draws: 10, warmup: 5, seed: 3 };
	const plain = runChain(few, engine, settings, 0);
	const snapshots: unknown[] = [];
	const { weights, weightArrays, ...rest } = runChain(few, engine, { ...settings, saveWeights: true }, 0, {
		wantsSnapshot: () => true,
		onSnapshot: (snapshot) => snapshots.push(snapshot),
	});
	expect(rest).toEqual(plain);
	expect(weights!.length).toBe(10 * (18 + 3));
	expect(weightArrays!.map(({ name }) => name)).toEqual(["weights_1", "readout_weights"]);
	const resumed = runChain(few, engine, { ...settings, saveWeights: true }, 0, {
		resume: snapshots[8] as never,
	});
	expect(resumed.weights).toEqual(weights);
});

test("weights of some draws only: the same draws, whose numbers are known, also from snapshots", () => {
	const few = randomProblem({ points: 4, inputs: 6, testPoints: 2, layers: [dense(3, "erf")] });
	const settings = { sampler: "hmc", chains: 1, draws: 10, warmup: 5, seed: 3, saveWeights: true };
	const all = runChain(few, engine, settings, 0);
	const snapshots: unknown[] = [];
	const thinned = runChain(few, engine, { ...settings, weightsEvery: 4 }, 0, {
		wantsSnapshot: () => true,
		onSnapshot: (snapshot) => snapshots.push(snapshot),
	});
	const { weights, weightsEvery, ...rest } = thinned;
	const { weights: every, ...others } = all;
	expect(rest).toEqual(others);
	expect(weightsEvery).toBe(4);
	const count = 18 + 3;
	expect(weights!.length).toBe(3 * count);
	// What the data do not reach is filled in from one stream, and more of it is used when more networks are read: what they say is alike.
	expect(weights!.subarray(0, count)).toEqual(every!.subarray(0, count));
	const output = (row: Float64Array, p: number) => {
		const x = few.trainInputs.data.subarray(6 * p, 6 * p + 6);
		return [0, 1, 2].map((unit) => x.reduce((sum, entry, k) => sum + row[6 * unit + k]! * entry, 0));
	};
	for (const [row, draw] of [0, 4, 8].entries()) {
		for (let p = 0; p < 4; p++) {
			const kept = output(weights!.subarray(row * count, (row + 1) * count), p);
			const same = output(every!.subarray(draw * count, (draw + 1) * count), p);
			// Sums of six numbers of order 1.
			kept.forEach((h, unit) => {
				expect(h).toBeCloseTo(same[unit]!, 12);
			});
		}
	}
	for (const stopped of [4, 6, 8, 13]) {
		const resumed = runChain(few, engine, { ...settings, weightsEvery: 4 }, 0, {
			resume: snapshots[stopped] as never,
		});
		expect(resumed).toEqual(thinned);
	}
});

test("weights of every zeroth draw are refused", () => {
	const few = randomProblem({ points: 4, inputs: 6, layers: [dense(3, "erf")] });
	const settings = { sampler: "hmc", chains: 1, draws: 10, warmup: 5, seed: 3, saveWeights: true };
	expect(() => runChain(few, engine, { ...settings, weightsEvery: 0 }, 0)).toThrow(
		new InputError({ where: "sampling.weightsEvery", wanted: "an integer of at least 1", got: "0" }),
	);
});

test("weights of some draws take less memory", () => {
	const few = randomProblem({ points: 4, inputs: 6, layers: [dense(3, "erf")] });
	const settings = { sampler: "hmc", chains: 2, draws: 10, warmup: 5, seed: 3 };
	const { draws: none } = estimateMemory(few, settings);
	const kept = (weightsEvery: number) =>
		estimateMemory(few, { ...settings, saveWeights: true, weightsEvery }).draws - none;
	expect(kept(4)).toBe(0.3 * kept(1));
	expect(kept(1)).toBeGreaterThan(0);
});
