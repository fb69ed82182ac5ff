import { type Engine, type Matrix, matrix, transposed } from "@finitude/engine";
import { layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { createLayers, type SavedNetworks } from "../samplers/saved-networks.ts";
import type { ProbedLayer, ProbedNetwork } from "./probe.ts";

/**
 * Runs networks of dense layers at a problem's training and test points, as probes see them. Allocates the work space, which every
 * network overwrites.
 */
export function createProbedNetworks(
	engine: Engine,
	{ network, trainInputs, testInputs, trainTargets }: Problem,
): (networks: SavedNetworks, t: number) => ProbedNetwork {
	const outputs = trainTargets.columns;
	const at = (inputs: Matrix) => {
		const run = createLayers(engine, network, inputs);
		const empty = (width: number) => matrix(width, inputs.rows);
		// Outside the engine: a probe may allocate there, which can move all blocks.
		const layers = network.layers
			.map(layerWidth)
			.map((width): ProbedLayer => ({ preactivations: empty(width), features: empty(width) }));
		return (networks: SavedNetworks, t: number) => {
			run(networks, t).forEach(({ preactivations, features }, l) => {
				layers[l]!.preactivations.data.set(preactivations.block.data);
				layers[l]!.features.data.set(features.block.data);
			});
			return layers;
		};
	};
	const train = at(trainInputs);
	const test = testInputs && at(testInputs);
	return (networks, t) => ({
		train: train(networks, t),
		test: test?.(networks, t) ?? [],
		weights(name) {
			const array = networks.array(name, t);
			if (array === undefined || name !== "readout_weights") return array;
			return transposed(matrix(array.length / outputs, outputs, array)).data;
		},
	});
}
