import type { Engine, RandomState } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { createWeightReader } from "./network-weights.ts";
import { createSamplingSpace } from "./sampling-space.ts";
import { type SavedNetworks, savedNetworks } from "./saved-networks.ts";
import { featureRows } from "./whitened-network.ts";

/** Networks whose weights are independent draws from the prior. Allocates the work space. */
export function createPriorNetworks(
	engine: Engine,
	problem: Problem,
): (stream: RandomState) => SavedNetworks {
	const space = createSamplingSpace(engine, problem);
	const { layers, parameters } = space.network;
	const reader = createWeightReader(space);
	const rows = featureRows(layers[layers.length - 1]!);
	const hidden = engine.allocate(parameters);
	const readout = engine.allocate(rows * problem.trainTargets.columns);
	return (stream) => {
		engine.fillNormal(stream, hidden);
		engine.fillNormal(stream, readout);
		const weights = reader.read({ hidden: hidden.data, readout: readout.data }, stream);
		return savedNetworks({ weights, weightArrays: reader.arrays }, 1);
	};
}
