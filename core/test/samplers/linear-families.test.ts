/**
 * The samplers of linear networks against exact posteriors: depth 1, 2 and 3, one and two outputs, both scalings, convolutions,
 * biases. At least 200 numbers a family: posterior means, variances and covariances of f, the output kernel, every layer's
 * pre-activation covariance at every position and the weight covariance of the first layer.
 *
 * All in all some 14,000 scores |z| < 4, of which independent standard normals would exceed the bound once; those of a family
 * are highly correlated (f is linear in eight inputs), so that it happens in a minority of seeds only. Variances come out low
 * where their standard errors do: scores of runs much shorter than these have a long lower tail.
 */
import { describe, expect, test } from "vitest";
import { combineChains, findSampler, runChain, type SampledAnswer } from "../../src/index.ts";
import { type Family, families, zScores } from "./linear-families.ts";
import { engine } from "./problems.ts";

const RUNS = {
	hmc: { chains: 4, draws: 2000, warmup: 200 },
	gibbs: { chains: 4, draws: 1000, warmup: 50 },
	exact: { chains: 4, draws: 1000, warmup: 0 },
};

const cases = families.flatMap((family) =>
	Object.entries(RUNS)
		.filter(([sampler]) => findSampler(sampler).applies(family.problem) === true)
		.map(([sampler, run]) => ({ name: family.name, sampler, run, family })),
);

function sample({ problem }: Family, sampler: string, run: (typeof RUNS)["hmc"]): SampledAnswer {
	const settings = { sampler, seed: 1, covariance: problem.trainTargets.columns === 1, ...run };
	const chains = Array.from({ length: run.chains }, (_, chain) => runChain(problem, engine, settings, chain));
	return combineChains(problem, settings, chains);
}

describe("linear networks against their exact posteriors", () => {
	const all: Record<string, number[]> = { hmc: [], gibbs: [], exact: [] };

	test.each(cases)("$name: $sampler", ({ sampler, run, family }) => {
		const answer = sample(family, sampler, run);
		const scores = zScores(answer, family);
		all[sampler]!.push(...scores.map(({ z }) => z));
		expect(scores.length).toBeGreaterThanOrEqual(200);
		expect(scores.filter(({ z }) => !(Math.abs(z) < 4))).toEqual([]);
		expect(answer.diagnostics.divergences).toBe(0);
		const evidence = answer.validity.find(({ name }) => name === "log evidence of the quadrature");
		expect(evidence !== undefined).toBe(sampler === "exact");
		if (evidence === undefined) return;
		// The quadratures leave 1e-8 at most.
		const error = Math.hypot(family.logEvidenceError, 1e-8);
		expect(Math.abs((evidence.value as number) - family.logEvidence) / error).toBeLessThan(4);
	});

	test.each(Object.keys(RUNS))(
		"the scores of %s are as wide as standard errors should make them",
		(sampler) => {
			const scores = all[sampler]!;
			expect(scores.length).toBeGreaterThan(2000);
			const rms = Math.sqrt(scores.reduce((sum, z) => sum + z * z, 0) / scores.length);
			// Some 20 families with about ten independent numbers each: 0.05 around 1.
			expect(rms).toBeGreaterThan(0.8);
			expect(rms).toBeLessThan(1.2);
		},
	);
});
