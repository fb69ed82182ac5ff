import { z } from "zod";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { positionOrder } from "../../samplers/position-order.ts";

/** Options of both theories that matter where the scale is a matrix. */
export const matrixOptions = {
	weightSharing: z
		.boolean()
		.default(true)
		.describe(
			"For convolutions: whether all positions share their weights. false answers for the locally connected network, whose positions have independent scales.",
		),
	samples: z
		.int()
		.min(100)
		.max(2 ** 22)
		.default(10_000)
		.describe(
			"Random draws of the matrix of scales, where it is averaged over by importance sampling: more than two outputs, several outputs and layers, or a convolution.",
		),
	seed: z
		.int()
		.min(0)
		.default(1)
		.describe("Of the draws of the matrix of scales, where it is averaged over by importance sampling."),
};

export interface MatrixOptions {
	readonly weightSharing: boolean;
	readonly samples: number;
	readonly seed: number;
}

/** Whether the scale of this problem is a matrix: there are several outputs, or several positions that the readout reads. */
export function hasMatrixScale(problem: Problem): boolean {
	return problem.trainTargets.columns > 1 || hasPositions(problem);
}

/** Whether a layer has several positions. A convolution over a single patch is a dense layer. */
export function hasPositions(problem: Problem): boolean {
	return positionOrder(problem).counts.some((count) => count > 1);
}

/** Whether the average over the n x n matrix of scales is one over a Wishart law of size 2 and full rank, which a quadrature takes. */
export function hasQuadrature(
	{ network, trainTargets }: Problem,
	{ weightSharing }: MatrixOptions,
	n: number,
): boolean {
	const coupled = trainTargets.columns > 1 || weightSharing;
	return n === 2 && coupled && network.layers.length === 1 && layerWidth(network.layers[0]!) >= 2;
}
