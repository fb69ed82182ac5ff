/** What the tests of the most probable kernels share. */
import { createEngine, dot, type Matrix, matrix } from "@finitude/engine";
import { type Answer, findTheory, type Problem, solveTheory } from "../../../src/index.ts";

export const engine = await createEngine({ engine: "wasm" });

export function answerOf(
	theory: string,
	problem: Problem,
	options: Record<string, unknown> = {},
	covariance = false,
): Answer {
	return solveTheory(findTheory(theory), problem, options, { engine, covariance, clock: () => 0 });
}

export function saddleOf(
	problem: Problem,
	options: Record<string, unknown> = {},
	covariance = false,
): Answer {
	return answerOf("map-kernels", problem, { order: "saddle", ...options }, covariance);
}

/** The largest difference relative to the largest entry of b. */
export function distance(a: Matrix, b: Matrix): number {
	const scale = b.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	return a.data.reduce((most, x, k) => Math.max(most, Math.abs(x - b.data[k]!)), 0) / scale;
}

/** The derivative of a function of the targets along a direction, by central differences, and -direction . Delta. */
export function evidenceSlopes(
	problem: Problem,
	direction: Matrix,
	step: number,
	solve: (problem: Problem) => { readonly logEvidence: number; readonly dualField: Float64Array },
): { readonly difference: number; readonly expected: number } {
	const { trainTargets } = problem;
	const at = (length: number) =>
		solve({
			...problem,
			trainTargets: matrix(
				trainTargets.rows,
				trainTargets.columns,
				trainTargets.data.map((y, k) => y + length * direction.data[k]!),
			),
		});
	return {
		difference: (at(step).logEvidence - at(-step).logEvidence) / (2 * step),
		expected: -dot(direction.data, at(0).dualField),
	};
}

/** logEvidence and Delta of an answer. */
export function evidenceOf({ logEvidence, orderParameters }: Answer): {
	logEvidence: number;
	dualField: Float64Array;
} {
	const { dualField } = orderParameters;
	const entries = Array.isArray(dualField) ? Float64Array.from(dualField) : (dualField as Matrix).data;
	return { logEvidence: logEvidence!, dualField: entries };
}
