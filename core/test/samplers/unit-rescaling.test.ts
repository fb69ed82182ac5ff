/** The law of the scales of units: its random numbers, its invariance, and what it is for. */
import { load, matrix, seedStream, transpose } from "@finitude/engine";
import { expect, test } from "vitest";
import { bulkEss } from "../../src/diagnostics/index.ts";
import { runChain } from "../../src/index.ts";
import { createGeneralizedInverseGaussian } from "../../src/samplers/generalized-inverse-gaussian.ts";
import { createSamplingSpace } from "../../src/samplers/sampling-space.ts";
import { createUnitRescaling } from "../../src/samplers/unit-rescaling.ts";
import { featureRows } from "../../src/samplers/whitened-network.ts";
import { convolution, dense, engine, normalMatrix, randomProblem } from "./problems.ts";

/** Moments of x^(lambda - 1) exp(-(omega/2)(x + 1/x)) by the trapezoidal rule in log x. */
function moment(lambda: number, omega: number, f: (x: number) => number): number {
	let [sum, total] = [0, 0];
	for (let i = -4000; i <= 4000; i++) {
		const u = i / 100;
		const weight = Math.exp(lambda * u - omega * (Math.cosh(u) - 1));
		total += weight;
		sum += weight * f(Math.exp(u));
	}
	return sum / total;
}

test.each([
	[0, 0.02],
	[0.5, 0.1],
	[-0.5, 3],
	[2.5, 0.3],
	[-3, 1],
	[40, 25],
	[-200, 300],
])("generalized inverse Gaussian numbers: lambda %d, omega %d", (lambda, omega) => {
	const draw = createGeneralizedInverseGaussian(engine);
	const stream = seedStream(4);
	const x = Float64Array.from({ length: 40_000 }, () => draw(lambda, omega, stream));
	// Bounded functions, whose central limit theorem holds whatever the tails.
	const functions = [(v: number) => Math.log(v), (v: number) => 1 / (1 + v), (v: number) => 1 / (1 + v) ** 2];
	const z = functions.map((f) => {
		const mean = moment(lambda, omega, f);
		const variance = moment(lambda, omega, (v) => (f(v) - mean) ** 2);
		return (x.reduce((sum, v) => sum + f(v), 0) / x.length - mean) / Math.sqrt(variance / x.length);
	});
	// 21 comparisons in all.
	expect(z.filter((value) => !(Math.abs(value) < 4))).toEqual([]);
});

const wide = randomProblem({
	points: 4,
	inputs: 12,
	outputs: 2,
	layers: [
		convolution(3, 2, "linear", 1, 0.4),
		convolution(2, 3, "linear", 1.5, 0.3),
		dense(4, "linear", 1, 0.2),
	],
	readout: { weightVariance: 2, biasVariance: 0.3 },
});

test("rescaling units leaves f as it is, and the prior invariant", () => {
	const space = createSamplingSpace(engine, wide);
	const { network, potential } = space;
	const rows = featureRows(network.layers[network.layers.length - 1]!);
	const rescale = createUnitRescaling(engine, network);
	const readout = load(engine, normalMatrix(3, rows, 2));
	const f = load(engine, matrix(4, 2));
	const functionNow = () => {
		potential.energy();
		engine.gemm(1, transpose(potential.features), readout, 0, f);
		return [...f.block.data];
	};
	const stream = seedStream(5);
	engine.fillNormal(stream, potential.position);
	const before = functionNow();
	const [weights, outgoing] = [potential.position.data.slice(), readout.block.data.slice()];
	rescale(potential.position, readout, stream);
	// A hundred roundings, each of 1e-16 of terms of order 1.
	functionNow().forEach((value, i) => {
		expect(value).toBeCloseTo(before[i]!, 12);
	});
	expect(potential.position.data).not.toEqual(weights);
	expect(readout.block.data).not.toEqual(outgoing);

	// Prior in, prior out: the squares of all weights of each layer stay chi squared.
	const rounds = 4000;
	const layers = [...network.layers.map(({ offset, width, fanIn }) => [offset, width * fanIn] as const)];
	const sums = layers.map(() => ({ square: 0, fourth: 0 }));
	for (let round = 0; round < rounds; round++) {
		engine.fillNormal(stream, potential.position);
		engine.fillNormal(stream, readout.block);
		rescale(potential.position, readout, stream);
		layers.forEach(([offset, size], l) => {
			let norm = 0;
			for (let i = 0; i < size; i++) norm += potential.position.data[offset + i]! ** 2;
			sums[l]!.square += norm / rounds;
			sums[l]!.fourth += norm ** 2 / rounds;
		});
	}
	layers.forEach(([, n], l) => {
		const { square, fourth } = sums[l]!;
		// chi^2_n: variance 2n; its square has mean n(n+2) and variance 8n(n+2)(n+3).
		expect(Math.abs(square - n) / Math.sqrt((2 * n) / rounds)).toBeLessThan(4);
		expect(Math.abs(fourth - n * (n + 2)) / Math.sqrt((8 * n * (n + 2) * (n + 3)) / rounds)).toBeLessThan(4);
	});
});

test("one unit at small noise: without rescaling its scale hardly moves, with it draws are nearly independent", () => {
	const narrow = randomProblem({ points: 5, inputs: 8, layers: [dense(1, "linear")], noiseVariance: 1e-4 });
	const essOf = (rescaling: boolean) => {
		const settings = {
			sampler: "gibbs",
			chains: 1,
			draws: 1000,
			warmup: 100,
			seed: 2,
			options: { rescaling },
		};
		const chain = runChain(narrow, engine, settings, 0);
		const ess = bulkEss([chain.scalars.kernelMeanDiagonal]);
		return ess.defined ? ess.value : Number.NaN;
	};
	expect(essOf(false)).toBeLessThan(30);
	expect(essOf(true)).toBeGreaterThan(500);
});
