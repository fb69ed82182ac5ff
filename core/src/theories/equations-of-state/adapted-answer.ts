/** The answer of a theory whose layer kernels solve the equations of state. */
import { type Matrix, matrix } from "@finitude/engine";
import type { Answer, KernelQuantity, ValidityNote } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { fluctuationVariances } from "./kernel-fluctuations.ts";
import { orderParameters } from "./order-parameters.ts";
import { meansAt, outputBlocks } from "./predict.ts";
import { type EquationsSolution, positionKernels } from "./solve-equations.ts";
import {
	fluctuationNote,
	modelNotes,
	noiseNotes,
	reluNotes,
	targetNotes,
	varianceNotes,
} from "./validity.ts";

export interface AdaptedOptions {
	readonly variance: "conditional" | "with-kernel-fluctuations";
	/** Of the inputs of one unit of the first layer. */
	readonly direction?: readonly number[] | undefined;
}

/** Everything but `theory`: equations (10)-(12) and the order parameters at a solution. @throws InputError for a direction of the wrong length, or too many kernel entries for the Hessian. */
export function adaptedAnswer(
	problem: Problem,
	solution: EquationsSolution,
	{ variance, direction }: AdaptedOptions,
	{ engine, covariance = false, onProgress }: SolveContext,
): Omit<Answer, "theory"> {
	requireDirection(problem, solution, direction);
	const withFluctuations = variance === "with-kernel-fluctuations";
	const blocks = outputBlocks(engine, solution, covariance && !withFluctuations);
	const { trainTargets, noiseVariance } = problem;
	const posterior = gaussianProcessPosterior(engine, blocks, trainTargets, noiseVariance, {
		covariance: covariance && !withFluctuations,
	});
	const conditional = predictions(posterior, trainTargets.columns);
	const added = withFluctuations
		? fluctuationVariances(
				engine,
				problem,
				solution,
				(factors) => meansAt(engine, problem, solution, factors),
				onProgress,
			)
		: undefined;
	const noMinimum = withFluctuations && added === undefined;
	return {
		...(noMinimum ? meansOf(conditional) : conditional),
		...(added && {
			trainVariance: sum(conditional.trainVariance, added.train),
			...(conditional.testVariance &&
				added.test && { testVariance: sum(conditional.testVariance, added.test) }),
		}),
		logEvidence: -solution.freeEnergy,
		kernels: { output: blocks.train, preactivation: preactivationKernels(solution) },
		orderParameters: orderParameters(engine, problem, solution, posterior, direction),
		absent: {
			...(noMinimum && {
				trainVariance: "the Hessian of the free energy is not positive definite at the solution",
				...(problem.testInputs && {
					testVariance: "the Hessian of the free energy is not positive definite at the solution",
				}),
			}),
			...(direction === undefined && { teacherVariance: "option direction names no teacher direction" }),
		},
		validity: [
			fluctuationNote(problem, { train: blocks.train, posterior }),
			...reluNotes(problem),
			...noiseNotes(problem, blocks.train),
			...targetNotes(problem),
			...modelNotes(solution),
			...varianceNotes(problem, variance),
			passesNote(solution),
			...posterior.validity,
		],
		convergence: solution.convergence,
	};
}

function passesNote({ passes }: EquationsSolution): ValidityNote {
	return {
		name: "passes",
		value: passes,
		message: `the equations were solved with ${passes} evaluations of the free energy and its gradient`,
	};
}

/** K_1 .. K_L: one P x P matrix for each layer, or for each position of it. */
function preactivationKernels(solution: EquationsSolution): KernelQuantity {
	return positionKernels(solution).map((positions) => (positions.length === 1 ? positions[0]! : positions));
}

function meansOf({
	trainMean,
	testMean,
}: ReturnType<typeof predictions>): Pick<Answer, "trainMean" | "testMean"> {
	return { trainMean, ...(testMean && { testMean }) };
}

function sum(a: Matrix, b: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, k) => x + b.data[k]!),
	);
}

function requireDirection(
	{ network }: Problem,
	{ whitened: { basis } }: EquationsSolution,
	direction: readonly number[] | undefined,
): void {
	if (direction === undefined) return;
	const inputs = basis.columns - (network.layers[0]!.biasVariance > 0 ? 1 : 0);
	if (direction.length === inputs && direction.some((x) => x !== 0)) return;
	throw new InputError({
		where: "direction",
		wanted: `${inputs} numbers, not all 0: one for each input of a unit of the first layer`,
		got: direction.length === inputs ? "zeros" : `${direction.length} numbers`,
	});
}
