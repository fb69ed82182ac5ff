import { describe, expect, test } from "vitest";
import { combineChains, findSampler, runChain } from "../../src/index.ts";
import { families, zScores } from "./linear-families.ts";
import { engine } from "./problems.ts";

/** Draws of each of four chains, after a warm-up. */
const RUNS = {
	hmc: { draws: 400, warmup: 150 },
	gibbs: { draws: 500, warmup: 50 },
	exact: { draws: 500, warmup: 0 },
};

const cases = families.flatMap((family) =>
	Object.entries(RUNS)
		.filter(([sampler]) => findSampler(sampler).applies(family.problem) === true)
		.map(([sampler, run]) => ({ name: family.name, sampler, run, family })),
);

describe("linear networks against their exact posteriors", () => {
	test.each(cases)("$name: $sampler", ({ sampler, run, family }) => {
		const { problem } = family;
		const settings = { sampler, chains: 4, seed: 1, covariance: problem.trainTargets.columns === 1, ...run };
		const t0 = performance.now();
		const chains = [0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain));
		const t1 = performance.now();
		const answer = combineChains(problem, settings, chains);
		const scores = zScores(answer, family);
		const rms = Math.sqrt(scores.reduce((a, { z }) => a + z * z, 0) / scores.length);
		console.log(
			"FAM",
			sampler,
			"|",
			family.name,
			"|",
			scores.length,
			"max",
			Math.max(...scores.map(({ z }) => Math.abs(z))).toFixed(2),
			"rms",
			rms.toFixed(2),
			"ess",
			answer.diagnostics.minBulkEss?.toFixed(0),
			(t1 - t0).toFixed(0),
			(performance.now() - t1).toFixed(0),
		);
		expect(scores.filter(({ z }) => !(Math.abs(z) < 4))).toEqual([]);
	});
});
