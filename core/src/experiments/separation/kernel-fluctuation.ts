/** How much a layer's kernel differs from draw to draw. */
import { dot } from "@finitude/engine";
import { type Estimate, rootOf } from "../../diagnostics/estimate.ts";
import { type BatchMoments, combineBatchMoments } from "../../samplers/batch-means.ts";
import { linearError, type RecordedKernel, squaredNorm } from "./layer-moments.ts";

export interface KernelFluctuation {
	/** sqrt(E|K_draw - E K|^2) / |E K|, Frobenius norms over all points and positions. */
	readonly relative: Estimate;
	/** What independent units with the sampled law of one unit would give. */
	readonly independentUnits: number;
}

/**
 * Equations (1) and (2) of docs/separation-of-scales.md, K = (1/N) sum_i x_i x_i^T over the units:
 * relative^2 = E|K|^2 / |E K|^2 - 1 and independentUnits^2 = (E|x|^4 / |E K|^2 - 1) / N, which for Gaussian x is
 * (1 + (tr K)^2 / |K|^2) / N. The square of the noise in the mean kernel is taken off |E K|^2.
 *
 * Undefined for a kernel that vanishes.
 *
 * @param kernels of every position
 * @param sizes of the layer, as `averagedName.sizes` has them
 * @param at where E|K|^2 stands among them; E|x|^4 comes next
 * @param width N
 */
export function kernelFluctuation(
	kernels: readonly RecordedKernel[],
	sizes: readonly BatchMoments[],
	at: number,
	width: number,
): KernelFluctuation | undefined {
	const { mean: average } = combineBatchMoments(sizes);
	const [square, fourth] = [average[at]!, average[at + 1]!];
	const norm = kernels.reduce((sum, { mean, noise }) => sum + squaredNorm(mean) - noise, 0);
	if (!(norm > 0)) return undefined;
	// d(E|K|^2 / |E K|^2) draw by draw.
	const standardError = linearError([sizes, ...kernels.map(({ moments }) => moments)], ([size, ...draw]) => {
		const along = draw.reduce((sum, values, j) => sum + dot(kernels[j]!.mean, values), 0);
		return size![at]! / norm - (2 * square * along) / norm ** 2;
	});
	return {
		relative: rootOf({ value: square / norm - 1, standardError }),
		independentUnits: Math.sqrt((fourth / norm - 1) / width),
	};
}
