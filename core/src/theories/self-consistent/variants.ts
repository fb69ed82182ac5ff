import { dot, type Engine, type Matrix, matrix, matrixFromColumn } from "@finitude/engine";
import type { Answer } from "../../answer/answer.ts";
import type { Problem } from "../../problem/problem.ts";
import { gaussianProcessPosterior } from "../gaussian-process.ts";
import { predictions } from "../predictions.ts";
import type { SolveContext } from "../theory.ts";
import { absentReasons, unsolved } from "./absent.ts";
import type { PointValues } from "./cumulant-function.ts";
import { solveLoop } from "./loop.ts";
import type { SelfConsistentModel } from "./model.ts";
import { type DiscrepancyRoot, solveTree } from "./tree.ts";
import { loopTreeDistanceNote, sizeNote, weakRegimeNotes } from "./validity.ts";

export type Variant = "tree" | "loop" | "kernel-saddle";

/** The answer of one variant for any kind of network, given its model. */
export function solveVariant(
	variant: Variant,
	model: SelfConsistentModel,
	problem: Problem,
	context: SolveContext,
): Answer {
	const answer = { tree: treeAnswer, loop: loopAnswer, "kernel-saddle": kernelSaddleAnswer }[variant];
	return answer(model, problem, context);
}

function treeAnswer(
	model: SelfConsistentModel,
	problem: Problem,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const root = treeRoot(engine, model, problem);
	if (!root.converged)
		return unsolved("tree", problem, convergenceOf(root, TREE_ADVICE), [sizeNote(problem)]);
	const { noiseVariance, trainTargets } = problem;
	const tau = model.discrepancies(root.tau);
	// Around the saddle f is Gaussian with the covariance W''; targets of zero leave its determinant as the log evidence.
	const fluctuations = gaussianProcessPosterior(
		engine,
		model.fluctuations(root.tau, covariance),
		matrix(trainTargets.rows, 1),
		noiseVariance,
		{ covariance },
	);
	const value = model.cumulant.at(root.tau)!.value;
	const saddle = (noiseVariance * dot(tau, tau)) / 2 + value - dot(tau, trainTargets.data);
	return {
		theory: "self-consistent",
		...predictions(fluctuations, 1),
		...meansOf(model.means(root.tau)),
		logEvidence: saddle + fluctuations.logEvidence,
		kernels: { output: model.adaptedKernel(root.tau) },
		orderParameters: { tau: Array.from(tau), ...model.orderParameters(root.tau) },
		absent: absentReasons("tree", problem),
		validity: [
			sizeNote(problem),
			...weakRegimeNotes(problem),
			...model.notes(root.tau),
			...fluctuations.validity,
		],
		convergence: convergenceOf(root, TREE_ADVICE),
	};
}

function loopAnswer(
	model: SelfConsistentModel,
	problem: Problem,
	{ engine, onProgress }: SolveContext,
): Answer {
	const tree = treeRoot(engine, model, problem);
	if (!tree.converged)
		return unsolved("loop", problem, convergenceOf(tree, TREE_ADVICE), [sizeNote(problem)]);
	const start = model.starts?.loop ?? tree.tau;
	const root = solveLoop(engine, model.cumulant, model.targets, problem.noiseVariance, start, {
		quasiNewton: model.costly ?? false,
		onProgress,
	});
	const convergence = convergenceOf(root, LOOP_ADVICE);
	if (!root.converged)
		return unsolved("loop", problem, convergence, [sizeNote(problem), ...model.notes(root.tau)]);
	const means = model.means(root.tau, root.factor);
	return {
		theory: "self-consistent",
		...meansOf(means),
		kernels: {},
		orderParameters: { tau: Array.from(model.discrepancies(root.tau)) },
		absent: absentReasons("loop", problem),
		validity: [
			sizeNote(problem),
			loopTreeDistanceNote(means, model.means(tree.tau)),
			...model.notes(root.tau),
		],
		convergence,
	};
}

function kernelSaddleAnswer(
	model: SelfConsistentModel,
	problem: Problem,
	{ onProgress }: SolveContext,
): Answer {
	const { means, kernel, orderParameters, convergence } = model.kernelSaddle(onProgress);
	if (!convergence.converged) {
		return unsolved("kernel-saddle", problem, { ...convergence, advice: KERNEL_SADDLE_ADVICE }, [
			sizeNote(problem),
		]);
	}
	return {
		theory: "self-consistent",
		...meansOf(means),
		kernels: { output: kernel },
		orderParameters,
		absent: absentReasons("kernel-saddle", problem),
		validity: [sizeNote(problem)],
		convergence,
	};
}

const TREE_ADVICE =
	"The saddle point was not reached: the targets may be far larger than the prior allows, or the noise too small. Rescale the targets or raise noiseVariance.";
const LOOP_ADVICE =
	"No root of the loop equation was found from the tree solution; at small width there may be none. Use the tree variant.";
const KERNEL_SADDLE_ADVICE =
	"The saddle over the kernel was not reached: the targets may be far larger than the prior allows, or the noise too small. Use the tree variant.";

function treeRoot(engine: Engine, model: SelfConsistentModel, { noiseVariance }: Problem): DiscrepancyRoot {
	return solveTree(engine, model.cumulant, model.targets, noiseVariance, model.starts?.tree);
}

function convergenceOf(
	{ converged, iterations, residual }: DiscrepancyRoot,
	advice: string,
): Answer["convergence"] {
	return { converged, iterations, residual, ...(!converged && { advice }) };
}

function meansOf({ train, test }: PointValues): { trainMean: Matrix; testMean?: Matrix } {
	return { trainMean: matrixFromColumn(train), ...(test && { testMean: matrixFromColumn(test) }) };
}
