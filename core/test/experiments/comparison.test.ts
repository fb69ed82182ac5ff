import { createEngine, type Matrix } from "@finitude/engine";
import { expect, it } from "vitest";
import {
	type Answer,
	combineChains,
	compareWithSamples,
	findTheory,
	runChain,
	solveTheory,
} from "../../src/index.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine();

it("distances have the errors of the theory's own averages beside those of the samples", () => {
	const problem = smallProblem(networkOf([denseLayer("erf")]), {});
	const answer = solveTheory(findTheory("nngp"), problem, {}, { engine, clock: () => 0 });
	const settings = { sampler: "hmc", chains: 1, draws: 20, warmup: 20, seed: 1 };
	const sampled = combineChains(problem, settings, [runChain(problem, engine, settings, 0)]);
	const compared = (integrationErrors?: Answer["integrationErrors"]) =>
		compareWithSamples(
			problem,
			[{ ...answer, ...(integrationErrors && { integrationErrors }) }],
			sampled,
			(weights) => 0.01 * Math.hypot(...weights),
		).theories[0]!;
	const exact = compared();
	expect(compared({ mean: 0, variance: 0 })).toEqual(exact);
	const error = 0.03;
	const { mean, variance } = compared({ mean: error });
	const truth = sampled.testMean!.data;
	// A shift of every entry away from the sampled mean, by the error.
	const moved = answer.testMean!.data.map((x, i) => x + 1e-6 * error * Math.sign(x - truth[i]!));
	const relative = (x: Float64Array) => Math.hypot(...x.map((v, i) => v - truth[i]!)) / Math.hypot(...truth);
	const part = (relative(moved) - relative(answer.testMean!.data)) / 1e-6;
	expect(mean!.standardError).toBeCloseTo(Math.hypot(exact.mean!.standardError!, part), 6);
	expect(mean!.relative).toBe(exact.mean!.relative);
	// Not known, and so none.
	expect(Object.keys(variance!)).toEqual(["relative", "inStandardErrors"]);
});

it("the kernel of an expansion is compared with its shift added", () => {
	const problem = smallProblem(networkOf([denseLayer("quadratic")]), {});
	const answers = ["nngp", "finite-width-correction"].map((id) =>
		solveTheory(findTheory(id), problem, {}, { engine, clock: () => 0 }),
	);
	const settings = { sampler: "hmc", chains: 1, draws: 20, warmup: 20, seed: 1 };
	const sampled = combineChains(problem, settings, [runChain(problem, engine, settings, 0)]);
	const [limit, corrected] = compareWithSamples(problem, answers, sampled).theories;
	const { output, outputShift } = answers[1]!.kernels as Record<string, Matrix>;
	const truth = (sampled.kernels.output as Matrix).data;
	const norm = (x: Float64Array) => Math.hypot(...x);
	const off = norm(truth.map((value, i) => output!.data[i]! + outputShift!.data[i]! - value));
	expect(corrected!.kernel!.relative).toBeCloseTo(off / norm(truth), 12);
	expect(corrected!.kernel!.relative).not.toBeCloseTo(limit!.kernel!.relative!, 3);
});
