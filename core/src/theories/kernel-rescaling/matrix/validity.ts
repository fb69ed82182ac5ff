/** What a reader needs to judge an answer with a matrix of scales. */
import { diagonal, dot, type Engine, type Matrix, symmetricEigenvalues } from "@finitude/engine";
import { findActivation } from "../../../activations/registry.ts";
import type { ValidityNote } from "../../../answer/answer.ts";
import { dualOf } from "../../../kernels/dual-of.ts";
import { variancesOf } from "../../../kernels/kernel-blocks.ts";
import type { PriorKernels } from "../../../kernels/prior-kernels.ts";
import type { ConvolutionLayer } from "../../../network/network.ts";
import type { Problem } from "../../../problem/problem.ts";
import { inputDimensionNote, pointsPerWidthNote } from "../../scale-notes.ts";
import type { Modes } from "../modes.ts";
import type { KernelRescalingOptions } from "../options.ts";
import { percent, RECURSIONS, smallestEigenvalueNote } from "../validity.ts";
import type { MatrixSaddle } from "./minima.ts";

/** Several outputs. */
export function outputNotes(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	modes: Modes,
	saddle: MatrixSaddle,
	recursion: KernelRescalingOptions["recursion"],
): ValidityNote[] {
	return [
		pointsPerWidthNote(problem, "scales"),
		inputDimensionNote(problem),
		...eigenvalueNotes(engine, saddle.chosen.point.scales, "direction over the outputs"),
		minimaNote(saddle),
		...meanNotes(engine, problem, prior, "with several outputs"),
		smallestEigenvalueNote(modes, problem.noiseVariance, false),
		{ name: "recursion", value: recursion, message: RECURSIONS.one },
	];
}

/** One convolution. */
export function patchNotes(
	engine: Engine,
	problem: Problem,
	prior: PriorKernels,
	modes: Modes,
	saddle: MatrixSaddle,
	{ recursion, orderParameter }: Pick<KernelRescalingOptions, "recursion" | "orderParameter">,
): ValidityNote[] {
	const { scales } = saddle.chosen.point;
	return [
		pointsPerWidthNote(problem, "scales"),
		inputDimensionNote(problem),
		{ name: "orderParameter", value: orderParameter, message: ORDER_PARAMETERS[orderParameter] },
		...(orderParameter === "scalar"
			? [
					{
						name: "Q",
						value: scales.data[0]!,
						message: `the prior kernel is multiplied by ${scales.data[0]!.toPrecision(4)}`,
					},
				]
			: [...eigenvalueNotes(engine, scales, "combination of patches"), largestPatchNote(scales)]),
		minimaNote(saddle),
		...meanNotes(engine, problem, prior, "for a convolution"),
		smallestEigenvalueNote(modes, problem.noiseVariance, false),
		{ name: "recursion", value: recursion, message: RECURSIONS.one },
	];
}

const ORDER_PARAMETERS = {
	matrix: "one scale for every pair of patches, as the weights that they share ask for",
	diagonal:
		"one scale for each patch: the theory of a layer whose patches do not share weights, while those of this network do",
	scalar: "one scale for all patches: what single patches contribute stays as in the prior",
} as const;

function eigenvalueNotes(engine: Engine, scales: Matrix, what: string): ValidityNote[] {
	const values = symmetricEigenvalues(engine, scales);
	const note = (name: string, value: number, which: string): ValidityNote => ({
		name,
		value,
		message: `${which} eigenvalue of Q: the prior kernel of that ${what} is multiplied by ${value.toPrecision(4)}`,
	});
	return [
		note("Q.smallestEigenvalue", values[0]!, "smallest"),
		note("Q.largestEigenvalue", values.at(-1)!, "largest"),
	];
}

function largestPatchNote(scales: Matrix): ValidityNote {
	const values = diagonal(scales);
	const patch = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
	const value = values[patch]!;
	return {
		name: "Q.largestPatch",
		value,
		message: `patch ${patch} has the largest scale, ${value.toPrecision(4)}: ${
			value > 1
				? "the network listens to it more than the prior does"
				: "no patch counts more than in the prior"
		}`,
	};
}

function minimaNote({ minima, starts, neglectedWeight }: MatrixSaddle): ValidityNote {
	const found = `${minima.length === 1 ? "1 minimum of the action was" : `${minima.length} minima of the action were`} found from ${starts} start${starts === 1 ? "" : "s"}`;
	return {
		name: "minima",
		value: minima.length,
		message:
			neglectedWeight === undefined
				? `${found}; others may exist`
				: `${found}; the next one has ${percent(neglectedWeight)} of the weight of the one used and is neglected`,
	};
}

function meanNotes(engine: Engine, problem: Problem, prior: PriorKernels, where: string): ValidityNote[] {
	const { network, trainTargets } = problem;
	const { activation } = network.layers[0]!;
	if (findActivation(activation).odd) {
		return [{ name: "meanTerm", value: "none", message: `${activation} has no mean` }];
	}
	const note: ValidityNote = {
		name: "meanTerm",
		value: "ignored",
		message: `${activation} has a mean, whose term is not derived ${where} and is ignored: worse than infinite width where the targets overlap with it`,
	};
	const dual = dualOf(activation, "network.layers[0].activation");
	const P = trainTargets.rows;
	const overlaps = prior.preactivation[0]!.map((blocks) =>
		overlapWith(trainTargets, dual.mean(engine, variancesOf(blocks)).subarray(0, P)),
	);
	const overlap = Math.max(...overlaps);
	if (!(overlap >= 0)) return [note];
	const convolution = (network.layers[0] as ConvolutionLayer).type === "convolution";
	return [
		note,
		{
			name: "meanOverlap",
			value: overlap,
			message: `|Y^T m|^2 / (|Y|^2 |m|^2): ${percent(overlap)} of the targets lies along the mean of the hidden units${convolution ? ` of patch ${overlaps.indexOf(overlap)}` : ""}`,
		},
	];
}

/** Of all outputs together; NaN where targets or mean vanish. */
function overlapWith({ rows, columns, data }: Matrix, mean: Float64Array): number {
	let sum = 0;
	for (let d = 0; d < columns; d++) {
		let product = 0;
		for (let i = 0; i < rows; i++) product += data[i * columns + d]! * mean[i]!;
		sum += product ** 2;
	}
	return sum / (dot(data, data) * dot(mean, mean));
}
