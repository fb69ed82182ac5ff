import { type Engine, transpose, type View, view } from "@finitude/engine";
import { allocateView } from "./block-operations.ts";
import { type WhitenedNetwork, weightsOf } from "./whitened-network.ts";

/** How the outputs of a linear network depend on each layer: f = sum_j H_j^T A_j + offset, j the positions of the layer. */
export interface Sensitivities {
	/** A of every layer: N_l x (J_l D), column j D + k for position j and output k. */
	readonly layers: readonly View[];
	/** For every layer D numbers: what the biases above it add to each output, at every point. */
	readonly offsets: readonly Float64Array[];
	/** Fills both from the weights above each layer. `readout` is M x D: f = sqrt(c) F^T readout. */
	run(weights: View["block"], readout: View): void;
}

/**
 * Allocates the work space. One matrix product a layer: the sensitivities of the features below are scale W^T A, and become
 * those of the pre-activations below by the same reshape that the features undergo on the way up. Below a residual block A
 * itself is added.
 */
export function createSensitivities(
	engine: Engine,
	network: WhitenedNetwork,
	outputs: number,
): Sensitivities {
	const { layers, readoutScale } = network;
	const top = layers.length - 1;
	// Of the features that a layer hands upward, the constant one in the last row.
	const ofFeatures = layers.map((layer) => {
		const columns = (layer.positions / layer.grouped) * outputs;
		return allocateView(engine, layer.width * layer.grouped + (layer.constant > 0 ? 1 : 0), columns);
	});
	const ofUnits = layers.map(({ width, positions }, l) =>
		view(ofFeatures[l]!.block, width, positions * outputs),
	);
	const offsets = layers.map(() => new Float64Array(outputs));
	return {
		layers: ofUnits,
		offsets,
		run(weights, readout) {
			const amplitude = Math.sqrt(readoutScale);
			const last = ofFeatures[top]!.block.data;
			for (let i = 0; i < last.length; i++) last[i] = amplitude * readout.block.data[readout.offset + i]!;
			for (let l = top; l >= 0; l--) {
				const above = layers[l + 1];
				const features = ofFeatures[l]!;
				if (above) {
					engine.gemm(above.scale, transpose(weightsOf(above, weights)), ofUnits[l + 1]!, 0, features);
				}
				if (above?.residual) {
					const [to, from] = [features.block.data, ofUnits[l + 1]!.block.data];
					for (let i = 0; i < above.width * outputs; i++) to[i]! += from[i]!;
				}
				const offset = offsets[l]!;
				if (above) offset.set(offsets[l + 1]!);
				else offset.fill(0);
				const { constant } = layers[l]!;
				if (constant === 0) continue;
				const bias = features.block.data.subarray((features.rows - 1) * features.columns);
				for (let i = 0; i < features.columns; i++) offset[i % outputs]! += constant * bias[i]!;
			}
		},
	};
}
