/** One convolutional layer, one output: Q is a matrix over its patches. */
import { diagonal, identity } from "@finitude/engine";
import type { Answer } from "../../../answer/answer.ts";
import { InputError } from "../../../errors.ts";
import { combineBlocks } from "../../../kernels/kernel-blocks.ts";
import { priorKernels } from "../../../kernels/prior-kernels.ts";
import { patchKernels } from "../../../matrix-scale/patch-kernels.ts";
import { patchScales } from "../../../matrix-scale/patch-scales.ts";
import { layerWidth } from "../../../network/network.ts";
import type { Problem } from "../../../problem/problem.ts";
import { gaussianProcessPosterior } from "../../gaussian-process.ts";
import { predictions } from "../../predictions.ts";
import type { SolveContext } from "../../theory.ts";
import { diagonalizeModes, type Modes } from "../modes.ts";
import { type KernelRescalingOptions, meanTermNotDerived } from "../options.ts";
import { rescaleProduct } from "../scalar-action.ts";
import { type Frame, frameOf, type MatrixProblem, matrixProblem } from "./action.ts";
import { findMinima } from "./minima.ts";
import { absentReasons, evidence, multipleOfIdentity } from "./report.ts";
import { patchNotes } from "./validity.ts";

/** Equations (16) and (17). */
export function solvePatches(
	problem: Problem,
	{ recursion, meanTerm, orderParameter }: KernelRescalingOptions,
	{ engine, covariance = false }: SolveContext,
): Answer {
	if (meanTerm === "include") throw meanTermNotDerived("this network has a convolution");
	const { network, noiseVariance, trainTargets } = problem;
	const { biasVariance } = network.readout;
	const prior = priorKernels(engine, problem, { testCovariance: covariance });
	const modes = diagonalizeModes(engine, prior.outputWeights.train, noiseVariance, biasVariance);
	const pairs = patchKernels(engine, problem, prior, orderParameter === "matrix");
	const model = patchScales(engine, pairs, trainTargets, noiseVariance, biasVariance);
	const action = matrixProblem(engine, model, layerWidth(network.layers[0]!), orderParameter);
	const saddle = findMinima(action, patchStarts(problem, modes, action));
	const { scales } = saddle.chosen.point;
	const kernel = model.kernelAt(scales);
	const posterior = gaussianProcessPosterior(
		engine,
		combineBlocks([kernel], 1, biasVariance),
		trainTargets,
		noiseVariance,
		{ covariance },
	);
	const values = Array.from(diagonal(scales));
	const Q = { matrix: scales, diagonal: values, scalar: values.slice(0, 1) }[orderParameter];
	return {
		theory: "kernel-rescaling",
		...predictions(posterior, 1),
		...evidence(action, saddle, Q),
		kernels: { predictor: kernel.train },
		absent: absentReasons(saddle),
		validity: [
			...patchNotes(engine, problem, prior, modes, saddle, { recursion, orderParameter }),
			...posterior.validity,
		],
		convergence: saddle.convergence,
	};
}

/** Multiply-adds that starts at single patches may cost, at about 50 evaluations each: some seconds. */
const AFFORDABLE = 1e9;

/** A start at one patch: its scale, and the inverse for the others. */
const SELECTED = 4;

/**
 * The minima of the theory with one scale for all patches, which is that of a dense layer of width n_p N, and Q = I; unless Q is
 * one scale, also a network that listens to one patch, for every patch in turn where that is cheap.
 */
function patchStarts(
	{ trainTargets, noiseVariance, network }: Problem,
	modes: Modes,
	{ model: { size }, width, restriction }: MatrixProblem,
): Frame[] {
	const targets = modes.project(trainTargets.data);
	if (noiseVariance === 0 && network.readout.biasVariance === 0) requireStationaryPoint(targets, size, width);
	const { all } = rescaleProduct(modes, targets, [size * width]);
	const starts = all
		.filter(({ logCurvature }) => logCurvature !== undefined)
		.map(({ scale }) => multipleOfIdentity(size, scale));
	if (restriction === "scalar") return starts.length > 0 ? starts : [multipleOfIdentity(size, 1)];
	starts.push(multipleOfIdentity(size, 1));
	const P = trainTargets.rows;
	const evaluation = P ** 3 + (size * (size + 1) * P ** 2) / 4;
	if (size > 1 && 50 * size * evaluation <= AFFORDABLE) {
		for (let i = 0; i < size; i++) {
			starts.push(
				frameOf(
					identity(size),
					Float64Array.from({ length: size }, (_, j) => (j === i ? SELECTED : 1 / SELECTED)),
				),
			);
		}
	}
	return starts;
}

/** @throws InputError when targets are zero and P >= n_p N: the action then falls without end as Q shrinks. */
function requireStationaryPoint(targets: Float64Array, patches: number, width: number): void {
	const P = targets.length;
	if (P < patches * width || targets.some((y) => y !== 0)) return;
	throw new InputError({
		where: "trainTargets",
		wanted: "targets that are not all zero when noiseVariance is 0 and P >= n_p N",
		got: `zeros for P = ${P}, n_p = ${patches} patches and N = ${width} channels`,
		advice: "The action has no stationary point; give a positive noiseVariance.",
	});
}
