/** Order `first`: kernels to first order in 1/N, prediction by the Gaussian process with them. */
import { type Matrix, matrix } from "@finitude/engine";
import type { Answer, Convergence } from "../../answer/answer.ts";
import { combineBlocks, type KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../kernels/prior-kernels.ts";
import type { Problem } from "../../problem/problem.ts";
import { standardError } from "../finite-width-correction/averaging-report.ts";
import { closedForm, predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { conjugateKernels, outputConjugate } from "./conjugate-kernels.ts";
import { trimmed } from "./exact-contraction.ts";
import { firstOrderChanges } from "./first-order-kernels.ts";
import { type ContractKernelCovariance, type LayerAverages, layerAverages } from "./layer-averages.ts";
import { infiniteWidthKernels, kernelMaps } from "./layers.ts";
import type { MapKernelsOptions } from "./options.ts";
import { type Prediction, predictWithKernel } from "./predictor.ts";
import { selfConsistentKernels } from "./self-consistent-kernels.ts";
import { unsolved } from "./unsolved.ts";
import {
	expansionNote,
	expansionParameter,
	noiseNotes,
	pointsNote,
	type RandomError,
	randomNotes,
	relativeChange,
	relativeChangeNote,
	varianceNote,
} from "./validity.ts";

/** Above this the largest standard error is no longer small beside the change of the kernel. */
const LARGEST_ERROR = 0.2;

interface FirstOrderKernels {
	/** C^(0), ..., C^(L) = K, corrected. */
	readonly kernels: readonly KernelBlocks[];
	/** Ct^(1), ..., Ct^(L). */
	readonly conjugates: readonly Matrix[];
}

/**
 * Equations (5)-(9) of docs/theories/map-kernels.md and the predictor at the corrected kernel.
 *
 * @throws InputError when K + kappa I of infinite width is singular, or an average cannot be had as `quadrature` asks
 */
export function solveFirst(options: MapKernelsOptions, problem: Problem, context: SolveContext): Answer {
	const { engine, covariance = false } = context;
	const { network, trainTargets, noiseVariance } = problem;
	const { selfConsistent: iterated } = options;
	const layers = kernelMaps(network);
	const prior = infiniteWidthKernels(priorKernels(engine, problem, { testCovariance: true }));
	const averages = layerAverages(engine, layers, prior, options, covariance || iterated, iterated);
	const solved = averages.replicates.map((contract) =>
		iterated ? selfConsistent(contract) : strict(contract),
	);
	const stuck = solved.find(({ convergence }) => !convergence.converged);
	const own = [pointsNote(problem, layers), ...noiseNotes(problem, prior.at(-1)!.train)];
	if (stuck) return unsolved(problem, stuck.convergence, own);
	const all = solved.map(({ solution }) => solution!);
	const { kernels, conjugates } = meanOf(all);
	const output = kernels.at(-1)!;
	const predict = (kernel: KernelBlocks): Prediction =>
		predictWithKernel(engine, trimmed(kernel, covariance), trainTargets, noiseVariance, covariance);
	const prediction = predict(output);
	const change = difference(output.train, prior.at(-1)!.train);
	const error = randomError(averages, all, (one) => predict(one.kernels.at(-1)!));
	return {
		theory: "map-kernels",
		...predictions(prediction, trainTargets.columns),
		kernels: {
			preactivation: kernels.slice(0, -1).map(({ train }) => train),
			output: output.train,
			conjugate: conjugates,
		},
		orderParameters: { dualField: prediction.discrepancy },
		absent: { logEvidence: "order first expands the kernels only; order saddle has a log evidence" },
		validity: [
			expansionNote(expansionParameter(engine, layers.at(-1)!, conjugates.at(-1)!)),
			relativeChangeNote(relativeChange(prior.at(-1)!.train, change)),
			...own,
			...(error ? randomNotes(error, change) : []),
			varianceNote(problem),
			...prediction.validity,
		],
		convergence: withRandomError(solved[0]!.convergence, error, change),
	};

	function strict(contract: ContractKernelCovariance): Solved {
		const trains = prior.map(({ train }) => train);
		const top = outputConjugate(engine, trains.at(-1)!, trainTargets, noiseVariance);
		const conjugates = conjugateKernels(engine, layers, trains, top);
		const changes = firstOrderChanges(engine, layers, prior, conjugates, contract);
		const kernels = prior.map((kernel, l) =>
			l === 0 ? kernel : combineBlocks([trimmed(kernel, wanted(changes[l - 1]!)), changes[l - 1]!], 1, 0),
		);
		return { solution: { kernels, conjugates }, convergence: closedForm };
	}

	function selfConsistent(contract: ContractKernelCovariance): Solved {
		const random = averages.randomPoints > 0;
		return selfConsistentKernels(engine, layers, prior, trainTargets, noiseVariance, contract, random);
	}
}

interface Solved {
	readonly solution?: FirstOrderKernels;
	readonly convergence: Convergence;
}

function wanted({ test }: KernelBlocks): boolean {
	return test?.covariance !== undefined;
}

/** The mean over independent sets of random points. */
function meanOf(all: readonly FirstOrderKernels[]): FirstOrderKernels {
	if (all.length === 1) return all[0]!;
	const share = 1 / all.length;
	return {
		kernels: all[0]!.kernels.map((_, l) =>
			combineBlocks(
				all.map(({ kernels }) => kernels[l]!),
				share,
				0,
			),
		),
		conjugates: all[0]!.conjugates.map(
			(_, l) =>
				combineBlocks(
					all.map(({ conjugates }) => ({ train: conjugates[l]! })),
					share,
					0,
				).train,
		),
	};
}

function randomError(
	{ randomPoints }: LayerAverages,
	all: readonly FirstOrderKernels[],
	predict: (one: FirstOrderKernels) => Prediction,
): RandomError | undefined {
	if (randomPoints === 0) return undefined;
	const means = all.map(predict).map(({ trainMean, testMean }) => {
		const joined = new Float64Array(trainMean.data.length + (testMean?.data.length ?? 0));
		joined.set(trainMean.data);
		if (testMean) joined.set(testMean.data, trainMean.data.length);
		return joined;
	});
	return {
		points: randomPoints,
		kernel: standardError(all.map(({ kernels }) => kernels.at(-1)!.train.data)),
		mean: standardError(means),
	};
}

/** The residual is the largest standard error as a fraction of the largest change of the kernel. */
function withRandomError(
	convergence: Convergence,
	error: RandomError | undefined,
	change: Matrix,
): Convergence {
	if (!error) return convergence;
	const largest = change.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	const residual = largest > 0 ? error.kernel / largest : 0;
	const converged = residual <= LARGEST_ERROR;
	return {
		...convergence,
		converged,
		residual: Math.max(residual, convergence.residual),
		...(!converged && {
			advice: `The averages err by ${residual.toPrecision(2)} of the change of the kernel. Raise the option samples.`,
		}),
	};
}

function difference(a: Matrix, b: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, k) => x - b.data[k]!),
	);
}
