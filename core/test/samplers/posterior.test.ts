/** The sampler against exact posteriors: |z| < 4 for every observable, z in Monte-Carlo standard errors. */
import { readFileSync } from "node:fs";
import type { Matrix } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { combineChains, type Problem, parseProblem, runChain, type SampledAnswer } from "../../src/index.ts";
import {
	expectAgreement,
	type Measurement,
	measureMatrix,
	POINT_QUANTITIES,
	sampledOutputKernel,
	sampledPoints,
} from "../helpers/z-scores.ts";
import { linearPosterior } from "./linear-posterior.ts";
import { dense, engine, narrowLinear, randomProblem } from "./problems.ts";

function sample(problem: Problem, draws: number, seed = 1) {
	const settings = { sampler: "hmc", chains: 4, draws, warmup: 200, seed };
	const chains = [0, 1, 2, 3].map((chain) => runChain(problem, engine, settings, chain));
	return combineChains(problem, settings, chains);
}

/** Moments of f at all points against exact ones. */
function measurePoints(
	answer: SampledAnswer,
	truth: Readonly<Record<(typeof POINT_QUANTITIES)[number], readonly number[]>>,
): Measurement[] {
	return POINT_QUANTITIES.flatMap((quantity) =>
		measureMatrix(quantity, sampledPoints(answer, quantity), truth[quantity]),
	);
}

function golden(name: string) {
	return JSON.parse(readFileSync(new URL(`../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"));
}

function expectSound(answer: SampledAnswer): void {
	expect(answer.convergence).toMatchObject({ converged: true });
	expect(answer.diagnostics.divergences).toBe(0);
}

describe("one hidden linear layer, exact by quadrature", () => {
	const problems: [string, Problem][] = [
		["golden rescaling-linear-n5", parseProblem(golden("rescaling-linear-n5").problem)],
		["mean-field, P > N, variances", narrowLinear(9, 4, 5)],
	];
	test.each(problems)("means, variances and kernel entries: %s", (_, problem) => {
		const answer = sample(problem, 1500);
		const exact = linearPosterior(problem);
		const P = problem.trainInputs.rows;
		const z = [
			...measurePoints(answer, {
				trainMean: exact.mean.slice(0, P),
				trainVariance: exact.variance.slice(0, P),
				testMean: exact.mean.slice(P),
				testVariance: exact.variance.slice(P),
			}),
			...measureMatrix("output kernel", sampledOutputKernel(answer), exact.kernel.data),
		];
		expect(z.length).toBeGreaterThan(100);
		expectAgreement(z);
		expectSound(answer);
	});

	test("the quadrature itself agrees with the golden truth", () => {
		const file = golden("rescaling-linear-n5");
		const exact = linearPosterior(parseProblem(file.problem));
		file.truth.testMean.flat().forEach((mean: number, i: number) => {
			// The golden file carries twelve digits.
			expect(exact.mean[10 + i]).toBeCloseTo(mean, 10);
		});
		file.truth.testVariance.flat().forEach((variance: number, i: number) => {
			expect(exact.variance[10 + i]).toBeCloseTo(variance, 10);
		});
	});
});

describe("deep linear networks, exact golden numbers", () => {
	test.each(["deep-linear-5-5", "deep-linear-10-30-variances", "deep-linear-20-20-20"])("%s", (name) => {
		const file = golden(name);
		const answer = sample(parseProblem(file.problem), 1000);
		const { expected } = file.cases.find((c: { theory: string }) => c.theory === "deep-linear");
		expectAgreement(
			measurePoints(answer, {
				trainMean: expected.trainMean.flat(),
				trainVariance: expected.trainVariance.flat(),
				testMean: expected.testMean.flat(),
				testVariance: expected.testVariance.flat(),
			}),
		);
		expect(answer.diagnostics.divergences).toBe(0);
	});
});

test("with huge noise the posterior is the prior: erf and its arcsine kernel, with biases", () => {
	const problem = randomProblem({
		points: 4,
		inputs: 9,
		testPoints: 4,
		layers: [dense(8, "erf", 1.5, 0.3)],
		readout: { weightVariance: 2, biasVariance: 0.5 },
		noiseVariance: 1e8,
	});
	const answer = sample(problem, 1000);
	const arcsine = (x: Matrix, i: number, j: number) => {
		const c = (a: number, b: number) => {
			let sum = 0.3;
			for (let k = 0; k < 9; k++) sum += (1.5 / 9) * x.data[a * 9 + k]! * x.data[b * 9 + k]!;
			return sum;
		};
		const root = Math.sqrt((1 + 2 * c(i, i)) * (1 + 2 * c(j, j)));
		return 0.5 + 2 * (2 / Math.PI) * Math.asin((2 * c(i, j)) / root);
	};
	const entries = Array.from({ length: 16 }, (_, k) =>
		arcsine(problem.trainInputs, Math.floor(k / 4), k % 4),
	);
	const variances = (x: Matrix) => [0, 1, 2, 3].map((i) => arcsine(x, i, i));
	expectAgreement([
		...measureMatrix("output kernel", sampledOutputKernel(answer), entries),
		...measureMatrix("trainVariance", sampledPoints(answer, "trainVariance"), variances(problem.trainInputs)),
		...measureMatrix("testVariance", sampledPoints(answer, "testVariance"), variances(problem.testInputs!)),
	]);
	expect(Math.max(...answer.testMean!.data.map(Math.abs))).toBeLessThan(1e-6);
});
