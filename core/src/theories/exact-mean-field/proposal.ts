/** Where the neurons' density and the saddle are looked for: the equations of state of the same problem, or of one like it. */
import { type Engine, gram, type Matrix, matrix, multiply, plusDiagonal } from "@finitude/engine";
import type { ValidityNote } from "../../answer/answer.ts";
import { isInputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import type { WhitenedUnit } from "../../tilted-unit/index.ts";
import { type EquationsSolution, solveEquationsOfState } from "../equations-of-state/solve-equations.ts";

/** Of the covariance of the equations of state: tails of the tilted density are to be covered too. */
const INFLATION = 1.5;

/**
 * The effective sample size of a Gaussian density under a proposal of 1.5 times its covariance, which no tilted density
 * exceeds by much: samples (sqrt(2 f - 1)/f)^r, f = 1.5; it falls by 6 % with every dimension r.
 */
export function gaussianSampleSize(samples: number, dimension: number): number {
	return samples * (Math.sqrt(2 * INFLATION - 1) / INFLATION) ** dimension;
}

/** Covariance of the proposal and start of Newton's method. */
export interface Proposal {
	/** r x r: for the first coordinates of w, those that the training points depend on. */
	readonly covariance: Matrix;
	/** P x P, without the readout bias. */
	readonly kernel: Matrix;
	/** `proposal`, where it is not the solution of the problem's own equations of state. */
	readonly notes: readonly ValidityNote[];
}

/**
 * The equations of state where the activation has a closed kernel. Others take the covariance of erf (bounded ones) or relu
 * (those that grow) in the place of their activation, and start from the prior; where the equations are not solved, both are the
 * prior's.
 *
 * @param priorKernel Q at infinite width, without the readout bias
 */
export function proposalOf(
	engine: Engine,
	problem: Problem,
	unit: WhitenedUnit,
	priorKernel: Matrix,
): Proposal {
	const { activation } = unit;
	const stand = activation.dual ? activation.name : activation.bounded ? "erf" : "relu";
	const own = stand === activation.name;
	const solution = solvedEquations(engine, withActivation(problem, stand));
	if (solution === undefined) {
		const note = {
			name: "proposal",
			value: "prior",
			message: `the equations of state with ${stand} were not solved: nodes and start are those of the prior`,
		};
		return {
			covariance: plusDiagonal(matrix(unit.basis.rows, unit.basis.rows), INFLATION),
			kernel: priorKernel,
			notes: [note],
		};
	}
	const covariance = covarianceOf(engine, unit, solution);
	if (own) {
		const bias = problem.network.readout.biasVariance;
		const { rows, data } = solution.kernels.output;
		return {
			covariance,
			kernel: matrix(
				rows,
				rows,
				data.map((x) => x - bias),
			),
			notes: [],
		};
	}
	const note = {
		name: "proposal",
		value: stand,
		message: `${activation.name} has no closed kernel: nodes are drawn with the covariance that the equations of state give for ${stand}, and the start is the prior`,
	};
	return { covariance, kernel: priorKernel, notes: [note] };
}

function solvedEquations(engine: Engine, problem: Problem): EquationsSolution | undefined {
	try {
		const solution = solveEquationsOfState(engine, problem);
		return solution.convergence.converged ? solution : undefined;
	} catch (error) {
		if (isInputError(error)) return undefined;
		throw error;
	}
}

/** 1.5 times the relative covariance S in the coordinates of the unit, which may point the other way. */
function covarianceOf(engine: Engine, unit: WhitenedUnit, { state, whitened }: EquationsSolution): Matrix {
	const turn = multiply(engine, unit.basis, whitened.basis, { transposeB: true });
	return gram(engine, multiply(engine, turn, state.factors[0]!), { alpha: INFLATION });
}

function withActivation(problem: Problem, activation: string): Problem {
	const { network } = problem;
	return { ...problem, network: { ...network, layers: [{ ...network.layers[0]!, activation }] } };
}
