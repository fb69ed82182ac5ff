/** The layers as maps of kernels: C^(l) = g_l <phi phi^T> + s_b^2, from C^(l-1). */
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, layerWidth, type Network } from "../../network/network.ts";

/** One hidden layer of a dense network. */
export interface KernelMap {
	readonly activation: string;
	/** N_l */
	readonly width: number;
	/** g_l: the weight variance of the layer above; s_a^2 / chi of the readout. */
	readonly prefactor: number;
	/** s_b^2 of the layer above. */
	readonly biasVariance: number;
}

/** The hidden layers from the input up. */
export function kernelMaps({ layers, readout, scaling }: Network): KernelMap[] {
	return layers.map((layer, l) => {
		const above = layers[l + 1];
		return {
			activation: layer.activation,
			width: layerWidth(layer),
			prefactor: above ? above.weightVariance : readout.weightVariance / chi({ layers, readout, scaling }),
			biasVariance: above ? above.biasVariance : readout.biasVariance,
		};
	});
}

/** C^(0), ..., C^(L) at infinite width, of dense layers. */
export function infiniteWidthKernels({ preactivation, output }: PriorKernels): KernelBlocks[] {
	return [...preactivation.map(([only]) => only!), output];
}
