/** What a reader needs to judge an answer at the most probable kernels. */
import { type Engine, type Matrix, minus } from "@finitude/engine";
import type { ValidityNote } from "../../../answer/answer.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { KernelMap } from "../layers.ts";
import {
	expansionParameter,
	noiseNotes,
	pointsNote,
	relativeChange,
	relativeChangeNote,
	varianceNote,
} from "../validity.ts";

export interface SaddleKernels {
	/** K at infinite width, P x P. */
	readonly prior: Matrix;
	/** K at the saddle. */
	readonly output: Matrix;
	/** Ct^(L). */
	readonly conjugate: Matrix;
}

/** `expansion`, `relativeKernelChange`, `P/N`, `varianceOmitsKernelFluctuations` and `noise`. */
export function saddleNotes(
	engine: Engine,
	problem: Problem,
	layers: readonly KernelMap[],
	{ prior, output, conjugate }: SaddleKernels,
): ValidityNote[] {
	return [
		{
			name: "expansion",
			value: expansionParameter(engine, layers.at(-1)!, conjugate),
			message:
				"P max |eigenvalue of Ct| g/N: the first orders in 1/N want it far below 1, the saddle does not",
		},
		relativeChangeNote(relativeChange(prior, minus(output, prior))),
		pointsNote(problem, layers),
		varianceNote(problem),
		...noiseNotes(problem, prior),
	];
}
