import { createEngine, type Matrix } from "@finitude/engine";
import { expect, it } from "vitest";
import { combineChains, compareWithSamples, findTheory, runChain, solveTheory } from "../../src/index.ts";
import { denseLayer, networkOf, smallProblem } from "../helpers/problems.ts";

const engine = await createEngine();

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
