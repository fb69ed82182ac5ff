/** One dense hidden layer, several outputs: Q is a D x D matrix. */
import { type Engine, type Matrix, matrix, symmetricEigen } from "@finitude/engine";
import type { Answer } from "../../../answer/answer.ts";
import { InputError } from "../../../errors.ts";
import type { KernelBlocks } from "../../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../../kernels/prior-kernels.ts";
import { rowsAsMatrices } from "../../../matrix-scale/matrix-scale.ts";
import { type OutputScales, outputScales } from "../../../matrix-scale/output-scales.ts";
import { layerWidth } from "../../../network/network.ts";
import type { Problem } from "../../../problem/problem.ts";
import type { SolveContext } from "../../theory.ts";
import { type KernelRescalingOptions, meanTermNotDerived } from "../options.ts";
import { type ActionTerms, COMPLETE, rescaleProduct } from "../scalar-action.ts";
import { type Frame, frameOf, type MatrixProblem, matrixProblem } from "./action.ts";
import { findMinima, type MatrixSaddle } from "./minima.ts";
import { absentReasons, evidence, multipleOfIdentity } from "./report.ts";
import { outputNotes } from "./validity.ts";

/** Equations (13)-(15) and (17). */
export function solveOutputs(
	problem: Problem,
	{ recursion, meanTerm }: KernelRescalingOptions,
	{ engine, covariance = false }: SolveContext,
): Answer {
	const D = problem.trainTargets.columns;
	if (meanTerm === "include") throw meanTermNotDerived(`this problem has L = 1 and D = ${D}`);
	const prior = priorKernels(engine, problem);
	const { model, action, saddle } = findOutputScales(engine, problem, prior.outputWeights);
	const { scales } = saddle.chosen.point;
	const { validity, testOutputCovariance, ...predictions } = model.predict(scales);
	const common =
		"with several outputs the covariance of two points is a matrix over the outputs, not one number";
	return {
		theory: "kernel-rescaling",
		...predictions,
		...(testOutputCovariance && { testOutputCovariance: rowsAsMatrices(testOutputCovariance) }),
		...evidence(action, saddle, scales),
		kernels: {},
		absent: {
			...absentReasons(saddle),
			"kernels.predictor": "with several outputs the predictor has the covariance Q (x) K, not one kernel",
			...(covariance && { trainCovariance: common }),
			...(covariance && problem.testInputs && { testCovariance: common }),
		},
		validity: [...outputNotes(engine, problem, prior, model.modes, saddle, recursion), ...validity],
		convergence: saddle.convergence,
	};
}

/**
 * The lowest minimum of the action over D x D matrices of scales.
 *
 * @param kernel K without the readout bias
 * @param terms without the log determinant: the tree of docs/theories/multi-scale.md, equation (12) with A = 0
 */
export function findOutputScales(
	engine: Engine,
	{ network, trainTargets, noiseVariance }: Problem,
	kernel: KernelBlocks,
	terms: ActionTerms = COMPLETE,
): { model: OutputScales; action: MatrixProblem; saddle: MatrixSaddle } {
	const model = outputScales(engine, kernel, trainTargets, noiseVariance, 0, terms);
	const action = matrixProblem(engine, model, layerWidth(network.layers[0]!), "matrix");
	// The tree's dual field minimizes a strictly convex function: one start finds its only matrix.
	const starts = terms.logDeterminant
		? outputStarts(action, model, noiseVariance === 0)
		: [multipleOfIdentity(trainTargets.columns, 1)];
	return { model, action, saddle: findMinima(action, starts) };
}

/** At most this many combinations of the minima of single directions. */
const MOST_COMBINATIONS = 16;

/**
 * The principal directions of the targets, eigenvectors of Y^T A^-1 Y at Q = I, as if each had a scale of its own: its minima are
 * those of the theory of one output, and their combinations are where the descents begin, the lowest actions first. Without noise
 * that is the solution, equation (5) in each direction: dS/dQ = 0 reads I - (1 - alpha) Q^-1 = Q^-1 (Y^T K^-1 Y / N) Q^-1. With noise
 * a descent from the prior, Q = I, joins them.
 */
function outputStarts({ engine, width }: MatrixProblem, model: OutputScales, noiseless: boolean): Frame[] {
	const { modes, projected } = model;
	const [P, D] = [projected.rows, projected.columns];
	const overlap = matrix(D, D);
	for (let k = 0; k < P; k++) {
		const a = modes.noise[k]! + modes.signal[k]!;
		for (let i = 0; i < D; i++) {
			for (let j = 0; j < D; j++) {
				overlap.data[i * D + j]! += (projected.data[k * D + i]! * projected.data[k * D + j]!) / a;
			}
		}
	}
	const { values, vectors } = symmetricEigen(engine, overlap);
	if (noiseless && P >= width) requireIndependentOutputs(values, P, width);
	const minima = Array.from({ length: D }, (_, j) => {
		const targets = alongDirection(projected, vectors, j);
		const { all } = rescaleProduct(modes, targets, [width]);
		return all.filter(({ logCurvature }) => logCurvature !== undefined);
	});
	let combinations = [{ action: 0, scales: [] as number[] }];
	for (const choices of minima) {
		combinations = combinations
			.flatMap((combination) =>
				choices.map(({ action, scale }) => ({
					action: combination.action + action,
					scales: [...combination.scales, scale],
				})),
			)
			.sort((a, b) => a.action - b.action)
			.slice(0, MOST_COMBINATIONS);
	}
	const starts = combinations.map(({ scales }) => frameOf(vectors, Float64Array.from(scales)));
	return noiseless ? starts : [...starts, multipleOfIdentity(D, 1)];
}

/** Y v_j in the coordinates of the modes. */
function alongDirection({ rows, columns: D, data }: Matrix, vectors: Matrix, j: number): Float64Array {
	return Float64Array.from({ length: rows }, (_, k) => {
		let sum = 0;
		for (let d = 0; d < D; d++) sum += data[k * D + d]! * vectors.data[d * D + j]!;
		return sum;
	});
}

/**
 * @param values eigenvalues of Y^T K^-1 Y, ascending
 * @throws InputError when one of them is 0: the action then falls without end as Q shrinks along it.
 */
function requireIndependentOutputs(values: Float64Array, P: number, width: number): void {
	const D = values.length;
	const resolution = D * Number.EPSILON * values[D - 1]!;
	const rank = values.filter((value) => value > resolution).length;
	if (rank === D) return;
	throw new InputError({
		where: "trainTargets",
		wanted: "outputs that are linearly independent when noiseVariance is 0 and P >= N",
		got: `rank ${rank} of D = ${D} outputs for P = ${P} and N = ${width}`,
		advice: "The action has no stationary point; give a positive noiseVariance.",
	});
}
