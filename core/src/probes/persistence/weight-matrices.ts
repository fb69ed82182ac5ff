import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { layerLabel, OUTPUT, type ProbedNetwork } from "../probe.ts";

/** Where the weights of one layer of a dense network, or of its readout, are found. */
export interface WeightMatrix {
	readonly layer: string;
	/** As `ProbedNetwork.weights` takes it. */
	readonly name: string;
	/** Units of the layer. */
	readonly rows: number;
	/** What they read. */
	readonly columns: number;
}

/** The weights of each layer of a dense network, then those of the readout; biases are no edges of the graph. */
export function weightMatrices({ network, trainInputs, trainTargets }: Problem): WeightMatrix[] {
	const widths = network.layers.map(layerWidth);
	const sizes = [trainInputs.columns, ...widths, trainTargets.columns];
	return sizes.slice(1).map((rows, l) => {
		const hidden = l < widths.length;
		return {
			layer: hidden ? layerLabel(l) : OUTPUT,
			name: hidden ? `weights_${l + 1}` : "readout_weights",
			rows,
			columns: sizes[l]!,
		};
	});
}

/** The weights of that matrix in this network. @throws RangeError where there are none, which no network of dense layers does. */
export function weightsOf(network: ProbedNetwork, { name }: WeightMatrix): Float64Array {
	const weights = network.weights(name);
	if (weights === undefined) throw new RangeError(`weightsOf: wanted ${name}; the network has none.`);
	return weights;
}

/** The largest magnitude of the numbers. */
export function largestMagnitude(numbers: Float64Array): number {
	return numbers.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
}
