import { createEngine, type Matrix } from "@finitude/engine";
import { type Answer, findTheory, type Problem, solveTheory } from "../../../src/index.ts";

export const engine = await createEngine();

export function solve(theory: string, problem: Problem, options: object = {}, covariance = false) {
	return solveTheory(findTheory(theory), problem, options, { engine, covariance, clock: () => 0 });
}

export const POINTS = ["trainMean", "trainVariance", "testMean", "testVariance"] as const;

/** Largest difference of two answers relative to the largest entry of each quantity, the log evidence included. */
export function differenceOf(a: Answer, b: Answer): number {
	const differences = POINTS.map((name) => relative(a[name]!, b[name]!));
	return Math.max(...differences, Math.abs(a.logEvidence! / b.logEvidence! - 1));
}

export function relative(a: Matrix, b: Matrix): number {
	const largest = Math.max(...b.data.map(Math.abs));
	const worst = Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i]!)));
	return largest === 0 ? worst : worst / largest;
}
