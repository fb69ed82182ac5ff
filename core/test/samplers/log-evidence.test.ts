/** The log evidence of hmc against exact and published numbers, and its parts against closed forms. */
import { readFileSync } from "node:fs";
import { seedStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { mean } from "../../src/diagnostics/moments.ts";
import { combineChains, InputError, parseProblem, runChain, samplers } from "../../src/index.ts";
import { bridgeSeries } from "../../src/samplers/evidence/bridge.ts";
import { evidenceNumbers } from "../../src/samplers/evidence/evidence-request.ts";
import { pathIntegral } from "../../src/samplers/evidence/path-integral.ts";
import { standardErrorOfMean } from "../../src/samplers/point-estimates.ts";
import { dense, engine, randomProblem } from "./problems.ts";

interface Truth {
	readonly logEvidence: number;
	readonly logEvidenceStandardError?: number;
}

function golden(name: string): { problem: unknown; truth: Truth } {
	return JSON.parse(readFileSync(new URL(`../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"));
}

describe.each([
	["linear, exact", ["rescaling-linear-n5", "deep-linear-5-5", "fwc-linear-depth1-n8"]],
	[
		"linear, two outputs and mean-field, exact",
		["rescaling-two-outputs-linear-n5", "fwc-linear-mean-field-n8"],
	],
	[
		"by importance sampling of the weights",
		["fwc-erf-depth1-n8", "scgp-erf-mean-field-n4", "fwc-relu-bias-n32"],
	],
	["a convolution", ["fwc-convolution-linear-c16"]],
	["by an independent sampler", ["eos-fcn2-erf-std-n20", "eos-fcn2-relu-std-n20"]],
])("golden truths, %s", (_, names) => {
	test.each(names)("%s", (name) => {
		const { problem, truth } = golden(name);
		const settings = { sampler: "hmc", chains: 3, draws: 150, warmup: 80, seed: 1, evidence: true };
		const parsed = parseProblem(problem);
		const answer = combineChains(
			parsed,
			settings,
			[0, 1, 2].map((chain) => runChain(parsed, engine, settings, chain)),
		);
		const error = Math.hypot(answer.logEvidenceStandardError!, truth.logEvidenceStandardError ?? 0);
		expect(Math.abs(answer.logEvidence! - truth.logEvidence) / error).toBeLessThan(4);
		// Small enough to say something: a nat is the difference that ranks models.
		expect(error).toBeLessThan(0.25);
		// Integration over the same draws shares the Monte-Carlo error: what differs is quadrature, within its own estimate of it.
		const note = answer.validity.find((entry) => entry.name === "thermodynamic integration")!;
		const [, quadrature] = /quadrature error below about ([^ ]+) /.exec(note.message)!;
		// The rules' difference bounds the error of the better one; where both are far below the Monte-Carlo error they need not.
		const bound = Math.max(Number(quadrature), answer.logEvidenceStandardError! / 2);
		expect(Math.abs((note.value as number) - answer.logEvidence!)).toBeLessThan(bound);
		expect(answer.absent.logEvidence).toBeUndefined();
	});
});

describe("two rungs with closed forms: draws of N(0, 1) and N(1, 1)", () => {
	const draws = 4000;
	const normals = engine.allocate(2 * draws);
	engine.fillNormal(seedStream(11), normals);
	const atA = normals.data.slice(0, draws);
	const atB = normals.data.slice(draws).map((x) => x + 1);
	// U_a = x^2 / 2 + 3 and U_b = (x - 1)^2 / 2: log(Z_a / Z_b) = -3.
	const upward = atA.map((x) => (x - 1) ** 2 / 2 - x ** 2 / 2 - 3);
	const downward = atB.map((x) => x ** 2 / 2 + 3 - (x - 1) ** 2 / 2);

	test("the bridge: its value, and its standard error by Bennett's formula", () => {
		const series = bridgeSeries(upward, downward);
		const error = standardErrorOfMean([series]);
		expect(Math.abs(mean(series) + 3) / error).toBeLessThan(4);
		// n Var = 1 / integral of p q / (p + q) - 2 ... for equal numbers of draws (Bennett 1976, equation 10): with the
		// overlap I = integral of 2 p q / (p + q), n Var = 2 (1 / I - 1); I by the trapezoidal rule.
		let overlap = 0;
		for (let x = -10; x < 11; x += 0.01) {
			const [p, q] = [Math.exp(-(x ** 2) / 2), Math.exp(-((x - 1) ** 2) / 2)];
			overlap += (0.01 * 2 * p * q) / (p + q) / Math.sqrt(2 * Math.PI);
		}
		const exact = Math.sqrt((2 * (1 / overlap - 1)) / draws);
		// 4000 draws give an effective sample size good to a few percent.
		expect(Math.abs(error / exact - 1)).toBeLessThan(0.1);
	});

	test("the path integral: exact at any distance for equal variances, both rules alike", () => {
		const { corrected, trapezoidal } = pathIntegral(upward, downward);
		for (const series of [corrected, trapezoidal]) {
			expect(Math.abs(mean(series) + 3) / standardErrorOfMean([series])).toBeLessThan(4);
		}
	});

	test("the corrections make the path integral exact to fourth order: N(0, 1) and N(0, 1 / r)", () => {
		// U_a = x^2 / 2, U_b = r x^2 / 2: log(Z_a / Z_b) = log(r) / 2. Exact moments instead of draws: x^2 has mean v and
		// variance 2 v^2 at variance v, as has the pair of values v (1 -+ sqrt 2).
		const pair = (v: number, factor: number) =>
			Float64Array.of(1 - Math.SQRT2, 1 + Math.SQRT2).map((s) => v * s * factor);
		const errors = (r: number) => {
			const { corrected, trapezoidal } = pathIntegral(pair(1, (r - 1) / 2), pair(1 / r, (1 - r) / 2));
			return [corrected, trapezoidal].map((series) => Math.abs(mean(series) - Math.log(r) / 2));
		};
		const [far, near] = [errors(1.2), errors(Math.sqrt(1.2))];
		// Halving the distance (in log r) divides the errors by 2^5 and 2^3: 32 and 8, up to the next order.
		expect(far[0]! / near[0]!).toBeGreaterThan(28);
		expect(far[1]! / near[1]!).toBeGreaterThan(7.5);
		expect(far[0]!).toBeLessThan(far[1]! / 100);
	});

	test("draws that do not overlap give no number", () => {
		const apart = Float64Array.of(2000, 2100, 2050, 2020);
		expect([...bridgeSeries(apart, apart)].every(Number.isFinite)).toBe(false);
	});
});

const problem = randomProblem({ points: 3, inputs: 2, layers: [dense(2, "erf")] });
const settings = { sampler: "hmc", chains: 2, draws: 8, warmup: 4, seed: 1 };

test("without the request the answer says how to get it", () => {
	const chains = [0, 1].map((chain) => runChain(problem, engine, settings, chain));
	const answer = combineChains(problem, settings, chains);
	expect(answer.logEvidence).toBeUndefined();
	expect(answer.absent.logEvidence).toBe("estimated on request only: use --evidence");
});

test("rungs that do not overlap, or whose kernel could not be factorized, leave it out with the reason", () => {
	const wanted = { ...settings, evidence: true, options: { temper: 2 } };
	const chain = runChain(problem, engine, wanted, 0);
	const absentWith = (value: number) =>
		combineChains(problem, wanted, [{ ...chain, rungs: chain.rungs!.map(() => value) }]).absent.logEvidence;
	expect(absentWith(3000)).toBe(
		"the draws of neighbouring rungs do not overlap: use more replicas (--temper)",
	);
	expect(absentWith(Number.POSITIVE_INFINITY)).toBe(
		"a kernel could not be factorized at the noise of the next rung: raise noiseVariance",
	);
});

test("a sampler that cannot estimate it refuses the request; the numbers to be stored are known in advance", () => {
	expect(evidenceNumbers(settings)).toBe(0);
	expect(evidenceNumbers({ ...settings, evidence: true })).toBe(14);
	expect(evidenceNumbers({ ...settings, evidence: true, options: { temper: 5 } })).toBe(8);
	for (const { id, evidence } of samplers) {
		if (evidence) continue;
		expect(() => evidenceNumbers({ ...settings, sampler: id, evidence: true })).toThrow(
			new InputError({
				where: "sampling.evidence",
				wanted: "a sampler that estimates the log evidence",
				got: id,
				sentence: `${id} does not estimate the log evidence; hmc and importance do. Choose one of them, or leave evidence out.`,
			}),
		);
	}
});
