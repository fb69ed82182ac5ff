/** Order `first`: kernels to first order in 1/N, prediction by the Gaussian process with them. */
import type { Answer } from "../../answer/answer.ts";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import type { Problem } from "../../problem/problem.ts";
import { type JudgedNumbers, joined, standardErrors } from "../../tilted-unit/index.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { trimmed } from "./exact-contraction.ts";
import { infiniteWidthKernels, kernelMaps } from "./layers.ts";
import type { MapKernelsOptions } from "./options.ts";
import { type Prediction, predictWithKernel } from "./predictor.ts";
import { type FirstOrderKernels, kernelChange, meanOf, refinedKernels } from "./refined-kernels.ts";
import { unsolved } from "./unsolved.ts";
import {
	expansionNote,
	expansionParameter,
	noiseNotes,
	pointsNote,
	randomNotes,
	relativeChange,
	relativeChangeNote,
	varianceNote,
} from "./validity.ts";

/**
 * Equations (5)-(9) of docs/theories/map-kernels.md and the predictor at the corrected kernel.
 *
 * @throws InputError when K + kappa I of infinite width is singular, or an average cannot be had as `quadrature` asks
 */
export function solveFirst(options: MapKernelsOptions, problem: Problem, context: SolveContext): Answer {
	const { engine, covariance = false } = context;
	const { network, trainTargets, noiseVariance } = problem;
	const layers = kernelMaps(network);
	const prior = infiniteWidthKernels(priorKernels(engine, problem, { testCovariance: true }));
	const limit = prior.at(-1)!.train;
	const { replicates, randomPoints, convergence } = refinedKernels(
		engine,
		problem,
		layers,
		prior,
		options,
		covariance,
	);
	const own = [pointsNote(problem, layers), ...noiseNotes(problem, limit)];
	if (replicates.length === 0) return unsolved(problem, convergence, own);
	const solution = meanOf(replicates);
	const { kernels, conjugates } = solution;
	const predict = (one: FirstOrderKernels): Prediction =>
		predictWithKernel(
			engine,
			trimmed(one.kernels.at(-1)!, covariance),
			trainTargets,
			noiseVariance,
			covariance,
		);
	const prediction = predict(solution);
	const change = kernelChange(solution, prior);
	const errors =
		randomPoints > 0 ? standardErrors(replicates.map((one) => judged(one, predict(one)))) : undefined;
	return {
		theory: "map-kernels",
		...predictions(prediction, trainTargets.columns),
		kernels: {
			preactivation: kernels.slice(0, -1).map(({ train }) => train),
			output: kernels.at(-1)!.train,
			conjugate: conjugates,
		},
		orderParameters: { dualField: prediction.discrepancy },
		...(errors && { integrationErrors: errors }),
		absent: { logEvidence: "order first expands the kernels only; order saddle has a log evidence" },
		validity: [
			expansionNote(expansionParameter(engine, layers.at(-1)!, conjugates.at(-1)!)),
			relativeChangeNote(relativeChange(limit, change)),
			...own,
			...(errors ? randomNotes(randomPoints, errors, change) : []),
			varianceNote(problem),
			...prediction.validity,
		],
		convergence,
	};
}

/** What one set of random points says. */
function judged({ kernels }: FirstOrderKernels, one: Prediction): JudgedNumbers {
	return {
		mean: joined(one.trainMean.data, one.testMean?.data),
		variance: joined(one.trainVariance, one.testVariance),
		kernel: kernels.at(-1)!.train.data,
	};
}
