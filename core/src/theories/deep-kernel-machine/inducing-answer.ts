/** The answer with inducing inputs. */
import { type Engine, type Matrix, matrix } from "@finitude/engine";
import type { Answer } from "../../answer/answer.ts";
import type { TestBlocks } from "../../kernels/kernel-blocks.ts";
import type { Problem } from "../../problem/problem.ts";
import {
	type AdaptedOptions,
	absentParameters,
	pointMoments,
	requireDirection,
} from "../equations-of-state/adapted-answer.ts";
import { fluctuationVariances } from "../equations-of-state/kernel-fluctuations.ts";
import { weightParameters } from "../equations-of-state/order-parameters.ts";
import { jointTestKernels, testOutputKernel } from "../equations-of-state/test-sites.ts";
import {
	fluctuationNote,
	modelNotes,
	noiseNotes,
	passesNote,
	reluNotes,
	targetNotes,
	varianceNotes,
} from "../equations-of-state/validity.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { collapsedMeans, collapsedPosterior } from "./collapsed-posterior.ts";
import { inducingKernels } from "./inducing-energy.ts";
import type { InducingSolution } from "./solve-inducing.ts";
import { inducingNotes } from "./validity.ts";

/** Kernels of more training points are left out: P^2 numbers each, which inducing inputs are there to avoid. */
const MOST_POINTS_WITH_KERNELS = 2000;

/** Everything but `theory`: equation (5) and the order parameters at a solution. @throws InputError for a direction of the wrong length, or too many kernel entries for the Hessian. */
export function inducingAnswer(
	problem: Problem,
	solution: InducingSolution,
	{ variance, direction }: AdaptedOptions,
	{ engine, covariance = false, onProgress }: SolveContext,
): Omit<Answer, "theory"> {
	requireDirection(problem, solution, direction);
	const { model, state, kernels, freeEnergy, passes } = solution;
	const withFluctuations = variance === "with-kernel-fluctuations";
	const joint = covariance && !withFluctuations;
	const P = problem.trainInputs.rows;
	const atTraining = (joint || P <= MOST_POINTS_WITH_KERNELS) && trainingKernels(engine, solution);
	const posterior = collapsedPosterior(engine, model.output, kernels.collapsed, kernels.outputSpread, {
		...(joint && atTraining && { trainKernel: atTraining.output.covariance }),
		test: testBlocks(engine, solution, state.factors, joint),
	});
	const added =
		withFluctuations &&
		fluctuationVariances(
			engine,
			problem,
			solution,
			(factors) => meansAt(engine, solution, factors),
			onProgress,
		);
	const moments = pointMoments(problem, predictions(posterior, problem.trainTargets.columns), added);
	return {
		...moments.given,
		logEvidence: -freeEnergy,
		kernels: atTraining
			? {
					output: atTraining.output.covariance,
					preactivation: atTraining.preactivation.map((each) => (each.length === 1 ? each[0]! : each)),
				}
			: {},
		orderParameters: weightParameters(engine, problem, solution, posterior, direction),
		absent: {
			...moments.absent,
			...absentParameters(direction),
			emergentScale: "with inducing inputs the kernels of all training points are not part of the state",
			...(!atTraining && {
				kernels: `with inducing inputs kernels of more than ${MOST_POINTS_WITH_KERNELS} training points are left out`,
			}),
		},
		validity: [
			fluctuationNote(problem.noiseVariance, posterior.trainVariance, model.layers.weights.at(-1)!, "nu"),
			...reluNotes(problem),
			...noiseNotes(problem, kernels.outputSpread.diagonal),
			...targetNotes(problem),
			...modelNotes(model.layers),
			...varianceNotes(problem, variance),
			...inducingNotes(solution),
			passesNote(passes),
			...posterior.validity,
		],
		convergence: solution.convergence,
	};
}

/** Kernels between all training points, by the extension (3). */
function trainingKernels(engine: Engine, { model, state, kernels }: InducingSolution) {
	const { training } = model.inputs;
	const points = { inside: training, outside: matrix(training.rows, 0) };
	return jointTestKernels(engine, model.layers, state.factors, kernels.inducing, points);
}

function testBlocks(
	engine: Engine,
	{ model, whitened, kernels }: InducingSolution,
	factors: readonly Matrix[],
	joint: boolean,
): TestBlocks | undefined {
	const { test } = whitened;
	return test && testOutputKernel(engine, model.layers, factors, kernels.inducing, test, joint);
}

function meansAt(
	engine: Engine,
	solution: InducingSolution,
	factors: readonly Matrix[],
): Float64Array | undefined {
	const { model } = solution;
	const kernels = inducingKernels(engine, model, factors);
	if (kernels === undefined) return undefined;
	const test = testBlocks(engine, { ...solution, kernels }, factors, false);
	return collapsedMeans(engine, model.output, kernels.collapsed, test);
}
