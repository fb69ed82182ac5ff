/** Means of probes over networks, on networks whose posterior and prior moments are known. */
import { dot, seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import {
	type ChainResult,
	findTheory,
	InputError,
	type Problem,
	runChain,
	solveTheory,
} from "../../src/index.ts";
import { posteriorReadings, priorReadings } from "../../src/probes/evaluate-draws.ts";
import type { DrawProbe, ProbeReading } from "../../src/probes/probe.ts";
import { convolution, dense, engine, narrowLinear, randomProblem, residual } from "../samplers/problems.ts";

/** A probe of the given readings, of one network each. */
function probeOf(
	read: (network: Parameters<ReturnType<DrawProbe["prepare"]>>[0]) => ProbeReading[],
): DrawProbe {
	return {
		id: "seen",
		title: "What is seen of a network",
		aliases: [],
		summary: "What is seen.",
		references: [],
		needs: "weights",
		of: "draws",
		quantities: [],
		applies: () => true,
		prepare: () => read,
	};
}

/** f at the training and the test points, from readout weights, biases and features. */
const outputs = probeOf((network) =>
	(["train", "test"] as const).map((points) => {
		const { features } = network[points].at(-1)!;
		const a = network.weights("readout_weights")!;
		const biases = network.weights("readout_biases");
		const D = a.length / features.rows;
		const values = Array.from({ length: features.columns * D }, (_, i) => {
			const [p, k] = [Math.floor(i / D), i % D];
			const column = Array.from(
				{ length: features.rows },
				(_, j) => features.data[j * features.columns + p]!,
			);
			return column.reduce((sum, phi, j) => sum + a[k * features.rows + j]! * phi, biases?.[k] ?? 0);
		});
		return { quantity: points, layer: "output", values };
	}),
);

/** |h|^2/N of every layer at every training point. */
const squares = probeOf(({ train }) =>
	train.map(({ preactivations: { rows, columns, data } }, l) => ({
		quantity: "squares",
		layer: `layer ${l + 1}`,
		values: Array.from({ length: columns }, (_, p) =>
			Array.from({ length: rows }, (_, i) => data[i * columns + p]! ** 2).reduce(
				(sum, h) => sum + h / rows,
				0,
			),
		),
	})),
);

const prior = { kernels: [] };

function sample(problem: Problem, sampler: string, draws: number, weightsEvery: number): ChainResult[] {
	const settings = { sampler, chains: 2, draws, warmup: 200, seed: 4, saveWeights: true, weightsEvery };
	return [0, 1].map((chain) => runChain(problem, engine, settings, chain));
}

/** Largest |z| of estimates against the truth. */
function worst(
	{ values, standardErrors }: { values: readonly number[]; standardErrors?: readonly number[] },
	truth: ArrayLike<number>,
): number {
	return Math.max(...values.map((value, i) => Math.abs(value - truth[i]!) / standardErrors![i]!));
}

// The largest of some ten |z| stays below 4 in all but one of a thousand seeds.
const Z = 4;

test.each([
	{ sampler: "exact", draws: 2000, every: 4 },
	{ sampler: "hmc", draws: 2000, every: 3 },
	{ sampler: "importance", draws: 4000, every: 2 },
])("posterior mean of f over networks of $sampler, one draw in $every", ({ sampler, draws, every }) => {
	const problem = narrowLinear(3, 4, 2);
	const exact = solveTheory(findTheory("deep-linear"), problem, {}, { engine, clock: () => 0 });
	const [{ readings, networks }] = posteriorReadings(
		engine,
		[outputs],
		{ problem, prior },
		sample(problem, sampler, draws, every),
	) as [ReturnType<typeof posteriorReadings>[0]];
	expect(networks).toBe(2 * Math.ceil(draws / every));
	const [train, test] = readings;
	if (!("values" in train! && "values" in test!)) throw new Error("no values");
	expect(worst(train, exact.trainMean!.data)).toBeLessThan(Z);
	expect(worst(test, exact.testMean!.data)).toBeLessThan(Z);
	// f of one network scatters by its posterior deviation: the errors cannot be smaller than that of independent draws, nor absurd.
	const least = Math.sqrt(exact.trainVariance!.data[0]! / networks);
	expect(train.standardErrors![0]).toBeGreaterThan(0.8 * least);
	expect(train.standardErrors![0]).toBeLessThan(6 * least);
});

test("posterior mean of two outputs", () => {
	const problem = randomProblem({
		points: 3,
		inputs: 4,
		testPoints: 2,
		outputs: 2,
		layers: [dense(5, "linear", 1.5)],
		noiseVariance: 0.3,
	});
	const exact = solveTheory(findTheory("deep-linear"), problem, {}, { engine, clock: () => 0 });
	const [result] = posteriorReadings(
		engine,
		[outputs],
		{ problem, prior },
		sample(problem, "exact", 1500, 3),
	);
	const [train, test] = result!.readings;
	if (!("values" in train! && "values" in test!)) throw new Error("no values");
	expect(worst(train, exact.trainMean!.data)).toBeLessThan(Z);
	expect(worst(test, exact.testMean!.data)).toBeLessThan(Z);
});

test("prior means of |h|^2/N and of f", () => {
	const problem = randomProblem({
		points: 3,
		inputs: 4,
		testPoints: 1,
		layers: [dense(6, "linear", 1.5, 0.2), dense(5, "linear", 0.7, 0.4)],
		readout: { weightVariance: 2, biasVariance: 0.3 },
		noiseVariance: 0,
	});
	const stream = seedStream(8);
	const [second, f] = priorReadings(
		engine,
		[squares, outputs],
		{ problem, prior },
		{ networks: 2000, stream },
	);
	const rows = [0, 1, 2].map((p) => problem.trainInputs.data.subarray(4 * p, 4 * p + 4));
	const first = rows.map((x) => (1.5 / 4) * dot(x, x) + 0.2);
	const [one, two] = second!.readings;
	if (!("values" in one! && "values" in two!)) throw new Error("no values");
	expect(worst(one, first)).toBeLessThan(Z);
	expect(
		worst(
			two,
			first.map((k) => 0.7 * k + 0.4),
		),
	).toBeLessThan(Z);
	// Var |h|^2/N = 2 k^2/N for the independent Gaussian units of the first layer; a variance of 2000 draws is known to some percent.
	first.forEach((k, p) => {
		expect(one.standardErrors![p]! / Math.sqrt((2 * k * k) / 6 / 2000)).toBeCloseTo(1, 1);
	});
	const [train, test] = f!.readings;
	if (!("values" in train! && "values" in test!)) throw new Error("no values");
	expect(worst(train, [0, 0, 0])).toBeLessThan(Z);
	expect(worst(test, [0])).toBeLessThan(Z);
	expect(second!.networks).toBe(2000);
});

test("a reading without a value in some networks has none, and says in how many", () => {
	const problem = narrowLinear(3, 4, 0);
	let seen = 0;
	const sometimes = probeOf(() => {
		seen++;
		const [quantity, layer] = ["q", "layer 1"];
		return [
			seen % 2 === 0 ? { quantity, layer, values: [1] } : { quantity, layer, reason: "odd" },
			{ quantity: "never", layer, reason: "not known" },
			{ quantity: "always", layer, values: [2, 3] },
		];
	});
	const [result] = posteriorReadings(engine, [sometimes], { problem, prior }, sample(problem, "exact", 8, 2));
	expect(result!.readings).toEqual([
		{ quantity: "q", layer: "layer 1", reason: "in 4 of 8 networks there is no value: odd" },
		{ quantity: "never", layer: "layer 1", reason: "not known" },
		{ quantity: "always", layer: "layer 1", values: [2, 3], standardErrors: [0, 0] },
	]);
});

test("a probe whose readings change is a fault", () => {
	const problem = narrowLinear(3, 4, 0);
	const lengths = [1, 2];
	const growing = probeOf(() => [
		{ quantity: "q", layer: "layer 1", values: new Float64Array(lengths.shift()!) },
	]);
	expect(() =>
		priorReadings(engine, [growing], { problem, prior }, { networks: 2, stream: seedStream(1) }),
	).toThrow(new Error("seen: its readings differ in place or length between networks."));
});

test("refusals", () => {
	const problem = narrowLinear(3, 4, 0);
	const chains = sample(problem, "exact", 9, 3);
	const bare = chains.map(({ weights: _, weightArrays: __, ...chain }) => chain);
	const ask = (asked: Problem, given: readonly ChainResult[]) => () =>
		posteriorReadings(engine, [outputs], { problem: asked, prior }, given);
	expect(ask(problem, bare)).toThrow(
		new InputError({
			where: "chains",
			wanted: "chains that kept the weights of the same draws",
			got: "others",
			advice: "Sample with saveWeights.",
		}),
	);
	expect(ask(problem, chains)).toThrow(
		new InputError({
			where: "sampling.weightsEvery",
			wanted: "weights of at least 4 draws of each chain",
			got: "3 of 9",
			advice: "Raise draws, or keep weights of more of them.",
		}),
	);
	const convolved = randomProblem({ points: 3, inputs: 4, layers: [convolution(3, 2, "erf")] });
	expect(ask(convolved, chains)).toThrow("This probe looks at dense layers only; layer 1 is a convolution.");
	const blocks = randomProblem({ points: 3, inputs: 4, layers: [dense(3, "erf"), residual(3, "erf", 1)] });
	expect(ask(blocks, chains)).toThrow("This probe looks at dense layers only; layer 2 is a residual block.");
	expect(() =>
		priorReadings(engine, [outputs], { problem, prior }, { networks: 1, stream: seedStream(1) }),
	).toThrow(new RangeError("priorReadings: wanted at least 2 networks; got 1."));
});
