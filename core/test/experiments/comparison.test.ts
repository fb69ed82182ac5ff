/** Theories that leave something out, against a sampled network. */
import { describe, expect, it } from "vitest";
import { compareWithSamples, predictionAt, theoryRow } from "../../src/index.ts";
import { sampledProblem } from "../formats/sampled-problems.ts";
import { meansOnly, unsolved } from "../helpers/means-only.ts";
import { dense, randomProblem } from "../samplers/problems.ts";

const problem = {
	...randomProblem({ points: 5, inputs: 4, testPoints: 3, outputs: 1, layers: [dense(6, "erf")] }),
	name: "small",
};
const withTargets = { ...problem, testTargets: { rows: 3, columns: 1, data: Float64Array.of(1, 0, -1) } };
const { answer: sampled, theories } = sampledProblem(withTargets);
const [nngp] = theories.flatMap((outcome) => ("answer" in outcome ? [outcome.answer] : []));

describe("an answer without variances", () => {
	const answer = meansOnly(nngp!);
	const whole = compareWithSamples(withTargets, [nngp!], sampled).theories[0]!;

	it("has the mean at the compared points", () => {
		expect(predictionAt("test", answer)).toEqual({ mean: nngp!.testMean });
		expect(predictionAt("train", answer)).toEqual({ mean: nngp!.trainMean });
	});

	it("has a row with the test error and the distances of mean and kernel", () => {
		const { generalizationError: _, variance: __, ...rest } = whole;
		expect(compareWithSamples(withTargets, [answer], sampled).theories).toEqual([rest]);
		expect(Object.keys(rest)).toEqual(["id", "testError", "logEvidence", "converged", "mean", "kernel"]);
	});
});

describe("an answer without means", () => {
	it("has a row without errors", () => {
		const answer = unsolved(nngp!);
		const { logEvidence } = nngp!;
		expect(theoryRow(withTargets, answer)).toEqual({ id: "nngp", logEvidence, converged: false });
		const [row] = compareWithSamples(withTargets, [answer], sampled).theories;
		expect(Object.keys(row!)).toEqual(["id", "logEvidence", "converged", "kernel"]);
	});
});
