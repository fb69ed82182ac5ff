/** Features of sampled networks, and what a readout of them can know of the targets. */
import {
	dot,
	type Engine,
	matrix,
	matrixFromColumn,
	multiply,
	scoped,
	symmetricEigen,
} from "@finitude/engine";
import type { Problem } from "../../problem/problem.ts";
import { createFeatures, type SavedNetworks } from "../../samplers/saved-networks.ts";
import type { FreshPoints } from "../analysis.ts";
import type { FeatureTask } from "./gaussian-features.ts";

/**
 * Spectrum, teacher and unexplained power of the whitened last-layer features of some draws of every chain: the eigenvalues of
 * the features' second moment over fresh points, and the regression of the targets on the features there. The noise of the training targets
 * counts as unexplained. Eigenvalues that rounding hides are left out.
 *
 * @param networksPerChain draws of each chain, evenly spaced
 * @returns one list a chain
 */
export function sampledFeatureTasks(
	engine: Engine,
	{ network }: Problem,
	chains: readonly SavedNetworks[],
	fresh: FreshPoints,
	networksPerChain: number,
): FeatureTask[][] {
	return scoped(engine, () => {
		const features = createFeatures(engine, network, fresh.inputs);
		return chains.map((networks) => {
			const count = Math.min(networksPerChain, networks.draws);
			return Array.from({ length: count }, (_, k) => {
				const { rows, columns, block } = features(networks, Math.floor((k * networks.draws) / count));
				return taskOver(engine, matrix(rows, columns, block.data.slice()), fresh);
			});
		});
	});
}

/** @param psi N x J */
function taskOver(
	engine: Engine,
	psi: ReturnType<typeof matrix>,
	{ targets, noiseVariance }: FreshPoints,
): FeatureTask {
	const alpha = 1 / psi.columns;
	const { values, vectors } = symmetricEigen(engine, multiply(engine, psi, psi, { transposeB: true, alpha }));
	const along = multiply(engine, psi, matrixFromColumn(targets), { alpha });
	const projected = multiply(engine, vectors, along, { transposeA: true }).data;
	const resolution = values.length * Number.EPSILON * values[values.length - 1]!;
	const kept = Array.from(values.keys()).filter((j) => values[j]! > resolution);
	const spectrum = Float64Array.from(kept, (j) => values[j]!);
	const teacher = Float64Array.from(kept, (j) => projected[j]! / values[j]!);
	const explained = teacher.reduce((sum, t, j) => sum + t * t * spectrum[j]!, 0);
	// A sum of squares up to rounding.
	const residual = Math.max(0, dot(targets, targets) * alpha - explained);
	return { spectrum, teacher, unexplained: residual + noiseVariance };
}
