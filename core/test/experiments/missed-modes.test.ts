import { readFileSync } from "node:fs";
import { createEngine } from "@finitude/engine";
import { expect, it } from "vitest";
import {
	combineChains,
	findTheory,
	missedModes,
	parseProblem,
	runChain,
	solveTheory,
} from "../../src/index.ts";

const engine = await createEngine();
const file = new URL("../../../fixtures/golden/rescaling-two-minima.json", import.meta.url);
const problem = parseProblem(JSON.parse(readFileSync(file, "utf8")).problem);
const theories = ["nngp", "kernel-rescaling"].map((id) =>
	solveTheory(findTheory(id), problem, {}, { engine, clock: () => 0 }),
);

function sampled(sampler: string) {
	const settings = { sampler, chains: 2, draws: 200, warmup: 100, seed: 1, evidence: sampler === "hmc" };
	return combineChains(
		problem,
		settings,
		[0, 1].map((c) => runChain(problem, engine, settings, c)),
	);
}

it("is told where the posterior has a mode that hmc does not find and kernel-rescaling does", () => {
	const answer = sampled("hmc");
	const warnings = missedModes(theories, answer);
	// The mode that holds 99 % of the posterior is worth 4.5 of log evidence more than the other (exact: -50.68 and -55.2).
	expect(warnings.map((text) => text.replace(/is 4\.\d above/, "is 4.x above"))).toEqual([
		"The log evidence of kernel-rescaling is 4.x above the sampled one: kernel-rescaling is wrong here, or the chains have " +
			"missed a mode that holds most of the posterior, which R-hat cannot show. Try more replicas (--temper) or another sampler.",
	]);
});

it("is silent without sampled evidence, where theories are below it, and about those that did not converge", () => {
	const answer = { logEvidence: -55, logEvidenceStandardError: 0.1 };
	const claim = (logEvidence: number, converged = true) => ({
		theory: "nngp",
		logEvidence,
		convergence: { converged, iterations: 1, residual: 0 },
	});
	expect(missedModes([claim(-50)], {})).toEqual([]);
	expect(missedModes([claim(-60), claim(-52.1), claim(-50, false)], answer)).toEqual([]);
	expect(missedModes([claim(-50)], { ...answer, logEvidenceStandardError: 2 })).toEqual([]);
	expect(missedModes([claim(-50)], answer)).toHaveLength(1);
});
