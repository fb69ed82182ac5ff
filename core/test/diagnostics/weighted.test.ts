/** Diagnostics of weighted draws, on weights and chains with known answers. */
import { readFileSync } from "node:fs";
import { createEngine, seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import {
	bulkEss,
	type Diagnostic,
	mcseMean,
	meanRHat,
	paretoShape,
	tailEss,
	weightedBulkEss,
	weightedTailEss,
} from "../../src/diagnostics/index.ts";
import { linearized } from "../../src/diagnostics/linearized.ts";

const engine = await createEngine({ engine: "reference" });

function normals(seed: number, count: number): Float64Array {
	const block = engine.allocate(count);
	engine.fillNormal(seedStream(seed), block);
	return block.data.slice();
}

function value(diagnostic: Diagnostic): number {
	if (!diagnostic.defined) throw new Error(diagnostic.reason);
	return diagnostic.value;
}

const chainsOf = (seed: number, draws: number) => [0, 1, 2, 3].map((c) => normals(100 * seed + c, draws));

/** Weights that turn draws from N(0, 1) into draws from N(shift, 1), over their mean. */
function shifting(chains: readonly Float64Array[], shift: number): Float64Array[] {
	const raw = chains.map((chain) => chain.map((x) => Math.exp(shift * x)));
	const mean = raw.reduce((sum, w) => sum + w.reduce((a, b) => a + b, 0) / w.length, 0) / raw.length;
	return raw.map((w) => w.map((x) => x / mean));
}

describe("Pareto k-hat", () => {
	const file = new URL("../../../fixtures/pareto-shape.json", import.meta.url);
	const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
		cases: { name: string; logWeights: number[]; shape: number }[];
	};

	test.each(cases)("agrees with ArviZ: $name", ({ logWeights, shape }) => {
		const top = Math.max(...logWeights);
		const weights = Float64Array.from(logWeights, (x) => Math.exp(x - top));
		// ArviZ leaves out grid points with weights below 2e-15; roundings of the logarithms add as much.
		expect(value(paretoShape(weights))).toBeCloseTo(shape, 9);
	});

	test("does not depend on the scale of the weights, and finds the shape of a known law", () => {
		const block = engine.allocate(100_000);
		engine.fillUniform(seedStream(5), block);
		const weights = block.data.map((u) => (1 - u) ** -0.5);
		const shape = value(paretoShape(weights));
		// A tail of 949 tells the shape to (1 + k) / sqrt(949) = 0.05.
		expect(Math.abs(shape - 0.5)).toBeLessThan(0.2);
		expect(value(paretoShape(weights.map((w) => 1024 * w)))).toBeCloseTo(shape, 12);
	});

	test("has no value without a tail", () => {
		expect(paretoShape(new Float64Array(20).fill(1))).toEqual({
			defined: false,
			cause: "short",
			reason: "a tail of 4 among 20 weights is too short for its shape",
		});
		expect(paretoShape(new Float64Array(100).fill(1))).toEqual({
			defined: false,
			cause: "constant",
			reason: "a quarter of the 20 largest weights are equal",
		});
	});

	test("is finite where a scale of the grid is infinite: equal excesses", () => {
		// A tail of 101 has 40 scales, the third of them 1 + (1 - sqrt(40 / 2.5)) / 3 = 0 where all excesses are 1.
		const weights = new Float64Array(1112).map((_, i) => (i < 1011 ? 1 : 2));
		expect(Number.isFinite(value(paretoShape(weights)))).toBe(true);
	});
});

describe("linearized series", () => {
	test("keep the weighted mean; a constant stays one", () => {
		const chains = chainsOf(1, 50);
		const weights = shifting(chains, 0.7);
		const sum = chains.reduce((s, x, c) => s + x.reduce((a, v, t) => a + v * weights[c]![t]!, 0), 0);
		const series = linearized(chains, weights);
		expect(series.reduce((s, x) => s + x.reduce((a, b) => a + b, 0), 0)).toBeCloseTo(sum, 10);
		const constant = chains.map((chain) => chain.map(() => 0.1));
		expect(linearized(constant, weights)).toEqual(constant);
		expect(linearized(chains, undefined)).toBe(chains);
	});

	test("have the standard error of the ratio estimate, over 400 repetitions", () => {
		const shift = 0.8;
		const estimates: number[] = [];
		const errors: number[] = [];
		for (let seed = 1; seed <= 400; seed++) {
			const chains = chainsOf(seed, 250);
			const series = linearized(chains, shifting(chains, shift));
			estimates.push(series.reduce((s, x) => s + x.reduce((a, b) => a + b, 0), 0) / 1000);
			errors.push(value(mcseMean(series)));
		}
		const scores = estimates.map((estimate, i) => (estimate - shift) / errors[i]!);
		const rms = Math.sqrt(scores.reduce((a, z) => a + z * z, 0) / 400);
		// 400 scores have a root mean square of 1 +- 1 / sqrt(800) = 0.035; ESS of about 500 leaves a bias of 1 / sqrt(500) = 0.04.
		expect(Math.abs(rms - 1)).toBeLessThan(0.15);
		// E w^2 (x - m)^2 under N(0, 1) = e^(s^2) (1 + s^2) for weights of mean 1.
		const theory = Math.sqrt((Math.exp(shift ** 2) * (1 + shift ** 2)) / 1000);
		const spread = Math.sqrt(estimates.reduce((a, m) => a + (m - shift) ** 2, 0) / 400);
		expect(Math.abs(spread / theory - 1)).toBeLessThan(0.15);
	});
});

describe("effective sample sizes", () => {
	test("with equal weights are those of unweighted draws", () => {
		const chains = chainsOf(3, 500);
		const equal = chains.map((chain) => chain.map(() => 1));
		// The variance of normal scores is a little below 1, and tail indicators hold their fraction to one draw.
		expect(value(weightedBulkEss(chains, equal)) / value(bulkEss(chains))).toBeCloseTo(1, 2);
		expect(value(weightedTailEss(chains, equal)) / value(tailEss(chains))).toBeCloseTo(1, 2);
	});

	test("are those of the self-normalized mean where they are known", () => {
		const chains = chainsOf(4, 5000);
		const shift = 0.8;
		// Normal scores of N(m, 1) are the draws themselves: Var / (E w^2 (x - m)^2 / T).
		const theory = 20_000 / (Math.exp(shift ** 2) * (1 + shift ** 2));
		// The fourth moments of weighted draws scatter by about 8 % here.
		expect(Math.abs(value(weightedBulkEss(chains, shifting(chains, shift))) / theory - 1)).toBeLessThan(0.2);
	});

	test("count correlations along the chain", () => {
		const rho = 0.9;
		const chains = chainsOf(5, 5000).map((noise) => {
			for (let t = 1; t < noise.length; t++) {
				noise[t] = rho * noise[t - 1]! + Math.sqrt(1 - rho * rho) * noise[t]!;
			}
			return noise;
		});
		const ratio = value(weightedBulkEss(chains, shifting(chains, 0.1))) / 20_000;
		// (1 - rho) / (1 + rho), a little less for the weights; the ESS of such chains scatters by 7 %.
		expect(ratio).toBeGreaterThan(0.75 * (0.1 / 1.9));
		expect(ratio).toBeLessThan(1.25 * (0.1 / 1.9));
	});

	test("a constant has none", () => {
		const constant = [0, 1].map(() => new Float64Array(10).fill(2));
		const weights = [0, 1].map((c) => normals(c, 10).map((x) => x * x));
		for (const ess of [weightedBulkEss, weightedTailEss]) {
			expect(ess(constant, weights)).toEqual({
				defined: false,
				cause: "constant",
				reason: "every draw of every chain is 2",
			});
		}
		const two = [0, 1].map(() => Float64Array.from({ length: 40 }, (_, t) => (t === 7 ? 1 : 2)));
		expect(
			weightedTailEss(
				two,
				[0, 1].map(() => new Float64Array(40).fill(1)),
			),
		).toEqual({
			defined: false,
			cause: "constant",
			reason: "no draw lies above the 0.05 quantile, which many draws share",
		});
	});
});

test("the R-hat of means sees means and nothing else", () => {
	const chains = chainsOf(6, 500);
	expect(value(meanRHat(chains))).toBeLessThan(1.01);
	expect(value(meanRHat(chains.map((chain, c) => chain.map((x) => (c === 0 ? 3 : 1) * x))))).toBeLessThan(
		1.01,
	);
	expect(value(meanRHat(chains.map((chain, c) => chain.map((x) => x + (c === 0 ? 1 : 0)))))).toBeGreaterThan(
		1.05,
	);
	expect(meanRHat([new Float64Array(8).fill(1)])).toMatchObject({ defined: false, cause: "constant" });
});
