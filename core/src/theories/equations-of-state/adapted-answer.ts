/** The answer of a theory whose layer kernels solve the equations of state. */
import { diagonal, plus } from "@finitude/engine";
import type { Answer, KernelQuantity } from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import type { Problem } from "../../problem/problem.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { type FluctuationVariances, fluctuationVariances } from "./kernel-fluctuations.ts";
import { orderParameters } from "./order-parameters.ts";
import { meansAt, outputBlocks } from "./predict.ts";
import { type EquationsSolution, positionKernels } from "./solve-equations.ts";
import {
	fluctuationNote,
	modelNotes,
	noiseNotes,
	passesNote,
	reluNotes,
	targetNotes,
	varianceNotes,
	type WeightSymbol,
} from "./validity.ts";

export interface AdaptedOptions {
	readonly variance: "conditional" | "with-kernel-fluctuations";
	/** Of the inputs of one unit of the first layer; empty for none. */
	readonly direction: readonly number[];
	/** What weighs the divergences, in messages; N when left out. */
	readonly symbol?: WeightSymbol;
}

/** Everything but `theory`: equations (10)-(12) and the order parameters at a solution. @throws InputError for a direction of the wrong length, or too many kernel entries for the Hessian. */
export function adaptedAnswer(
	problem: Problem,
	solution: EquationsSolution,
	{ variance, direction, symbol = "N" }: AdaptedOptions,
	{ engine, covariance = false, onProgress }: SolveContext,
): Omit<Answer, "theory"> {
	requireDirection(problem, solution, direction);
	const withFluctuations = variance === "with-kernel-fluctuations";
	const blocks = outputBlocks(engine, solution, covariance && !withFluctuations);
	const { trainTargets, noiseVariance } = problem;
	const posterior = gaussianProcessPosterior(engine, blocks, trainTargets, noiseVariance, {
		covariance: covariance && !withFluctuations,
	});
	const added =
		withFluctuations &&
		fluctuationVariances(
			engine,
			problem,
			solution,
			(factors) => meansAt(engine, problem, solution, factors),
			onProgress,
		);
	const moments = pointMoments(problem, predictions(posterior, trainTargets.columns), added);
	return {
		...moments.given,
		logEvidence: -solution.freeEnergy,
		kernels: { output: blocks.train, preactivation: preactivationKernels(solution) },
		orderParameters: orderParameters(engine, problem, solution, posterior, direction),
		absent: { ...moments.absent, ...absentParameters(direction) },
		validity: [
			fluctuationNote(noiseVariance, posterior.trainVariance, solution.model.weights.at(-1)!, symbol),
			...reluNotes(problem),
			...noiseNotes(problem, diagonal(blocks.train)),
			...targetNotes(problem),
			...modelNotes(solution.model),
			...varianceNotes(problem, variance),
			passesNote(solution.passes),
			...posterior.validity,
		],
		convergence: solution.convergence,
	};
}

/** Means and variances with what the kernels' fluctuations add: `false` for nothing, undefined where it is unknown. */
export function pointMoments(
	{ testInputs }: Problem,
	conditional: ReturnType<typeof predictions>,
	added: FluctuationVariances | undefined | false,
): { given: Partial<Answer>; absent: Record<string, string> } {
	if (added === false) return { given: conditional, absent: {} };
	if (added === undefined) {
		const reason = "the Hessian of the free energy is not positive definite at the solution";
		const { trainMean, testMean } = conditional;
		return {
			given: { trainMean, ...(testMean && { testMean }) },
			absent: { trainVariance: reason, ...(testInputs && { testVariance: reason }) },
		};
	}
	const { trainVariance, testVariance } = conditional;
	return {
		given: {
			...conditional,
			trainVariance: plus(trainVariance, added.train),
			...(testVariance && added.test && { testVariance: plus(testVariance, added.test) }),
		},
		absent: {},
	};
}

export function absentParameters(direction: readonly number[]): Record<string, string> {
	return direction.length === 0 ? { teacherVariance: "option direction names no teacher direction" } : {};
}

/** K_1 .. K_L: one P x P matrix for each layer, or for each position of it. */
function preactivationKernels(solution: EquationsSolution): KernelQuantity {
	return positionKernels(solution).map((positions) => (positions.length === 1 ? positions[0]! : positions));
}

/** @throws InputError for a direction of the wrong length, or of zeros. */
export function requireDirection(
	{ network }: Problem,
	{ whitened: { basis } }: Pick<EquationsSolution, "whitened">,
	direction: readonly number[],
): void {
	if (direction.length === 0) return;
	const inputs = basis.columns - (network.layers[0]!.biasVariance > 0 ? 1 : 0);
	if (direction.length === inputs && direction.some((x) => x !== 0)) return;
	throw new InputError({
		where: "direction",
		wanted: `${inputs} numbers, not all 0: one for each input of a unit of the first layer`,
		got: direction.length === inputs ? "zeros" : `${direction.length} numbers`,
	});
}
