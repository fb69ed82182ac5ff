import { columnVector, type Engine, type Matrix, scoped, submatrix, transpose } from "@finitude/engine";
import { type BatchMoments, createBatchMeans } from "../../samplers/batch-means.ts";
import { allocateView } from "../../samplers/block-operations.ts";
import { createRidge } from "../../samplers/ridge.ts";
import { createFeatures, type SavedNetworks } from "../../samplers/saved-networks.ts";
import type { NetworkSetting } from "../analysis.ts";

/**
 * The posterior mean of f at the samples and at fresh inputs: averages over each chain's draws of the mean given the hidden weights
 * (Rao-Blackwell), the readout integrated out, whatever the sampler draws.
 *
 * @param inputs the samples, then the fresh inputs: (P + J) x d
 * @param targets y of the samples
 * @returns one entry a chain, of P + J numbers, with batch means
 * @throws InputError when the noise is lost in the rounding of the features
 */
export function conditionalMeans(
	engine: Engine,
	{ network, noiseVariance }: NetworkSetting,
	chains: readonly SavedNetworks[],
	inputs: Matrix,
	targets: Float64Array,
): BatchMoments[] {
	return scoped(engine, () => {
		const features = createFeatures(engine, network, inputs);
		const y = columnVector(engine.allocate(targets.length));
		y.block.data.set(targets);
		const f = columnVector(engine.allocate(inputs.rows));
		const rows = features(chains[0]!, 0).rows;
		const readout = allocateView(engine, rows, 1);
		const ridge = createRidge(engine, { features: rows, points: targets.length, outputs: 1, noiseVariance });
		return chains.map((networks) => {
			const means = createBatchMeans(inputs.rows, true);
			for (let t = 0; t < networks.draws; t++) {
				const at = features(networks, t);
				ridge.apply(submatrix(at, 0, 0, rows, targets.length), 1, y, readout);
				engine.gemm(1, transpose(at), readout, 0, f);
				means.add(f.block.data);
			}
			return means.moments();
		});
	});
}
