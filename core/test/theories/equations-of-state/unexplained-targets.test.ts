/** Targets that a linear network cannot explain, at any noise: what is left of them must not drown the rest. */
import { createEngine } from "@finitude/engine";
import { expect, it } from "vitest";
import { layerWidth } from "../../../src/index.ts";
import { freeEnergy } from "../../../src/theories/equations-of-state/free-energy.ts";
import { gaussianOutput } from "../../../src/theories/equations-of-state/gaussian-output.ts";
import { prepareModel } from "../../../src/theories/equations-of-state/model.ts";
import {
	solveEquationsOfState,
	weightCovariance,
} from "../../../src/theories/equations-of-state/solve-equations.ts";
import { largestEntry } from "../../../src/theories/equations-of-state/state-steps.ts";
import { largestDifference } from "../../helpers/problems.ts";
import { linearProblem } from "./problems.ts";

const engine = await createEngine();

it.each([
	[1, 0],
	[2, 0.3],
])("depth %i, bias variance %f", (depth, biasVariance) => {
	const at = (noiseVariance: number) => ({ ...linearProblem(12, 3, depth, biasVariance), noiseVariance });
	const solutions = [1e-2, 1e-4, 1e-6, 1e-9, 1e-12].map((noise) => solveEquationsOfState(engine, at(noise)));
	for (const { convergence } of solutions) expect(convergence.residual).toBeLessThan(1e-10);

	// As the noise vanishes the weights learn what can be explained, and no more.
	const [last, other] = solutions.slice(-2).map((each) => weightCovariance(engine, at(1e-12), each));
	expect(largestDifference(last!, other!)).toBeLessThan(1e-6);

	// At a noise where rounding does not matter, the free energy of all targets is stationary at the same value.
	const problem = at(1e-2);
	const { model } = prepareModel(engine, problem, {
		weights: problem.network.layers.map(layerWidth),
		output: gaussianOutput(problem.trainTargets, problem.noiseVariance, 1),
		jitter: 0,
	});
	const whole = freeEnergy(engine, model, solutions[0]!.state)!;
	expect(Math.abs(whole.value / solutions[0]!.freeEnergy - 1)).toBeLessThan(1e-12);
	expect(largestEntry(whole.gradients)).toBeLessThan(1e-9);
});
