import { createEngine } from "@finitude/engine";
import { findTheory, type Problem, priorKernels, solveTheory } from "../../../src/index.ts";
import { denseLayer, networkOf, smallProblem } from "../../helpers/problems.ts";

export const engine = await createEngine({ engine: "reference" });
export const solve = (problem: Problem, options: object = {}) =>
	solveTheory(findTheory("kernel-rescaling"), problem, options, { engine, clock: () => 0 });
export const note = (problem: Problem, name: string, options: object = {}) =>
	solve(problem, options).validity.find((entry) => entry.name === name);

export const erfProblem = smallProblem(networkOf([denseLayer("erf", { width: 5 })]));
export const kernel = priorKernels(engine, erfProblem).output.train;
export const y = erfProblem.trainTargets.data;
