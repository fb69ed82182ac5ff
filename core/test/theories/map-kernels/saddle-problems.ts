/** What the tests of the most probable kernels share. */
import { dot, type Matrix, matrix } from "@finitude/engine";
import type { Answer, Problem } from "../../../src/index.ts";
import { answerOf } from "../../helpers/answers.ts";

export function saddleOf(
	problem: Problem,
	options: Record<string, unknown> = {},
	covariance = false,
): Answer {
	return answerOf("map-kernels", problem, { order: "saddle", ...options }, covariance);
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
