import { type Engine, type Matrix, matrix } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import type { WhitenedUnit } from "../../tilted-unit/index.ts";

/** Where to look for the neurons' density and for Q. */
export interface Proposal {
	/** r x r: of the first coordinates of w, those that the training points depend on. */
	readonly covariance: Matrix;
	/** P x P, without the readout bias. */
	readonly kernel: Matrix;
	readonly notes: readonly ValidityNote[];
}

/** PLACEHOLDER: the prior. */
export function proposalOf(
	_engine: Engine,
	_problem: Problem,
	unit: WhitenedUnit,
	priorKernel: Matrix,
): Proposal {
	const r = unit.basis.rows;
	const covariance = matrix(r, r);
	for (let i = 0; i < r; i++) covariance.data[i * r + i] = 1;
	return { covariance, kernel: priorKernel, notes: [] };
}
