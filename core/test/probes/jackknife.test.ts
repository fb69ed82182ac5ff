/** Standard errors of moment probes: against what is exact for linear ones, and against independent runs. */
import { createEngine } from "@finitude/engine";
import { expect, test } from "vitest";
import { alignment } from "../../src/probes/alignment.ts";
import { jackknife, type SampledReading } from "../../src/probes/jackknife.ts";
import type { MomentProbe } from "../../src/probes/probe.ts";
import { priorMoments } from "../../src/probes/probed-moments.ts";
import { sampledMoments } from "../../src/probes/sampled-moments.ts";
import { averagedProjectionMcse } from "../../src/samplers/averaged-projection.ts";
import { runChain } from "../../src/samplers/chain.ts";
import type { ChainResult } from "../../src/samplers/chain-result.ts";
import { averagedName } from "../../src/samplers/observation.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine();
const problem = smallProblem(networkOf([denseLayer("linear", { width: 8, biasVariance: 0.3 })]));
const context = { problem, prior: priorMoments(engine, problem).moments };

function chainsOf(sampler: string, draws: number, chains: number, seed: number): ChainResult[] {
	const settings = { sampler, chains, draws, warmup: 20, seed };
	return Array.from({ length: chains }, (_, c) => runChain(problem, engine, settings, c));
}

/** sum_k k K_k of the output kernel: linear in the moments. */
const linear: MomentProbe = {
	...alignment,
	evaluate: (_, { kernels }) =>
		kernels
			.filter(({ layer }) => layer === "output")
			.map(({ layer, kernel: { data } }) => ({
				quantity: "alignment",
				layer,
				values: [data.reduce((sum, x, k) => sum + k * x, 0)],
			})),
};
function errorsOf(reading: SampledReading | undefined): ArrayLike<number> {
	if (!(reading && "values" in reading && reading.standardErrors)) throw new Error("no standard errors");
	return reading.standardErrors;
}

const weights = Float64Array.from({ length: 36 }, (_, k) => k);

test.each([
	["hmc", "draws of equal weight"],
	["importance", "weighted draws"],
])("the error of a linear functional is that of its batch means: %s, %s", (sampler) => {
	const chains = chainsOf(sampler, 43, 3, 5);
	const [reading] = jackknife(engine, linear, sampledMoments(problem, chains), context);
	const standardErrors = errorsOf(reading);
	const byBatches = averagedProjectionMcse(chains, averagedName.output, weights)!;
	// Differences of sums of some 2000 products.
	expect(standardErrors[0]! / byBatches).toBeCloseTo(1, 9);
});

test("a chain that was stopped earlier has shorter batches: the linear functional still agrees", () => {
	const chains = [...chainsOf("exact", 43, 1, 1), ...chainsOf("exact", 19, 1, 2)];
	const [reading] = jackknife(engine, linear, sampledMoments(problem, chains), context);
	const standardErrors = errorsOf(reading);
	const byBatches = averagedProjectionMcse(chains, averagedName.output, weights)!;
	expect(standardErrors[0]! / byBatches).toBeCloseTo(1, 9);
});

test("errors of alignments are the spread of independent runs", () => {
	const RUNS = 40;
	const runs = Array.from({ length: RUNS }, (_, run) =>
		jackknife(engine, alignment, sampledMoments(problem, chainsOf("exact", 64, 1, 100 + run)), context).map(
			(reading) => {
				if (!("values" in reading)) throw new Error(reading.reason);
				return { value: reading.values[0]!, error: reading.standardErrors![0]! };
			},
		),
	);
	for (let r = 0; r < runs[0]!.length; r++) {
		const values = runs.map((run) => run[r]!.value);
		const mean = values.reduce((sum, x) => sum + x, 0) / RUNS;
		const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (RUNS - 1);
		const claimed = runs.reduce((sum, run) => sum + run[r]!.error ** 2, 0) / RUNS;
		// A variance of 40 runs is known to sqrt(2/39) = 23 %; the claimed one, a mean of 40 with 8 batches each or more, to 9 %.
		expect(Math.abs(Math.log(spread / claimed))).toBeLessThan(4 * Math.hypot(Math.sqrt(2 / 39), 0.09));
	}
});

test("without batch means there are values and the reason why they have no errors", () => {
	const chains = chainsOf("exact", 16, 1, 3).map((chain) => ({
		...chain,
		averaged: Object.fromEntries(
			Object.entries(chain.averaged).map(([name, { batchMeans: _, ...rest }]) => [name, rest]),
		),
	}));
	const [reading] = jackknife(engine, alignment, sampledMoments(problem, chains), context);
	const [whole] = jackknife(engine, alignment, sampledMoments(problem, chainsOf("exact", 16, 1, 3)), context);
	expect(reading).toEqual({
		quantity: "alignment",
		layer: "layer 1",
		values: "values" in whole! ? whole.values : undefined,
		noStandardErrors:
			"the batch means of such large kernels are not kept, and without them there is no standard error",
	});
});
