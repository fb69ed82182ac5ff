/** What a linear network learns in its layers. */
import { type Matrix, matrix } from "@finitude/engine";
import type { PriorKernels } from "../../../kernels/prior-kernels.ts";
import { chi, layerWidth, type Network } from "../../../network/network.ts";

/**
 * Equation (10) of docs/theories/multi-scale.md, C^(l) = (1 - 1/N_l) g_l C^(l-1) + cov/(N_l prod_{k>=l} u_k prod_{k>l} g_k), for
 * l = 1 ... L; g_l is the weight variance of layer l + 1, g_L = s_a^2/chi.
 *
 * @param inputCovariance C^(0), P x P
 * @param layerScales u_1 ... u_L; for one layer t
 * @param outputMoment cov = E f f^T at the training points, P x P
 */
export function adaptedKernels(
	network: Network,
	inputCovariance: Matrix,
	layerScales: readonly number[],
	outputMoment: Matrix,
): Matrix[] {
	const widths = network.layers.map(layerWidth);
	const gains = [
		...network.layers.slice(1).map(({ weightVariance }) => weightVariance),
		network.readout.weightVariance / chi(network),
	];
	const kernels: Matrix[] = [];
	widths.forEach((width, l) => {
		const below = kernels[l - 1] ?? inputCovariance;
		const above = gains.slice(l + 1).reduce((product, g) => product * g, 1);
		const carried = layerScales.slice(l).reduce((product, u) => product * u, above);
		const prior = (1 - 1 / width) * gains[l]!;
		kernels.push(
			matrix(
				below.rows,
				below.columns,
				below.data.map((c, e) => prior * c + outputMoment.data[e]! / (width * carried)),
			),
		);
	});
	return kernels;
}

/** E f f^T = mean mean^T + covariance at the training points, exactly symmetric. */
export function outputMoment(trainMean: Matrix, trainCovariance: Matrix): Matrix {
	const P = trainMean.rows;
	const f = trainMean.data;
	return matrix(
		P,
		P,
		trainCovariance.data.map((c, e) => c + f[Math.floor(e / P)]! * f[e % P]!),
	);
}

/** Tree, one layer: K^ = K0 + (t/N) K0 Delta Delta^T K0 = K0 + f f^T/(N t). */
export function treeKernel(
	{ outputWeights }: PriorKernels,
	trainMean: Matrix,
	width: number,
	scale: number,
): Matrix {
	const P = trainMean.rows;
	const f = trainMean.data;
	return matrix(
		P,
		P,
		outputWeights.train.data.map((k, e) => k + (f[Math.floor(e / P)]! * f[e % P]!) / (width * scale)),
	);
}
