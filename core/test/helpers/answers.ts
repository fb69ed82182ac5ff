/** Answers of theories in tests, and how far two of them are apart. */
import { createEngine, type Matrix } from "@finitude/engine";
import { type Answer, findTheory, type Problem, solveTheory } from "../../src/index.ts";

export const engine = await createEngine({ engine: "wasm" });

export function answerOf(theory: string, problem: Problem, options: object = {}, covariance = false): Answer {
	return solveTheory(findTheory(theory), problem, options, { engine, covariance, clock: () => 0 });
}

/** The largest difference relative to the largest entry of b; absolute where b is 0. */
export function distance(a: Matrix, b: Matrix): number {
	const scale = b.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	return a.data.reduce((most, x, k) => Math.max(most, Math.abs(x - b.data[k]!)), 0) / (scale || 1);
}
