import { type Block, type View, view } from "@finitude/engine";
import { type Activation, findActivation } from "../activations/index.ts";
import { chi, type DenseLayer, type Network } from "../network/network.ts";

/**
 * A dense layer with standard normal weights: pre-activations H = scale W F, with F the features below (fan-in x points).
 * A bias is one more feature below, constant over the points.
 */
export interface WhitenedLayer {
	readonly activation: Activation;
	readonly width: number;
	/** Columns of W: the features below, the constant one included. */
	readonly fanIn: number;
	readonly scale: number;
	/** Where W (width x fanIn, row-major) begins in the vector of all weights. */
	readonly offset: number;
	/** Value of the constant feature that this layer hands upward; 0 where the layer above has no bias. */
	readonly constant: number;
}

/** All hidden weights in one vector of independent standard normals; the readout is integrated out. */
export interface WhitenedNetwork {
	readonly layers: readonly WhitenedLayer[];
	/** Length of the vector of all weights. */
	readonly parameters: number;
	/** c = s_a^2 / (chi N_L): the output kernel is c F^T F, F the last features with the constant one. */
	readonly readoutScale: number;
}

/** Rows of a layer's feature matrix: its units and the constant feature. */
export function featureRows(layer: WhitenedLayer): number {
	return layer.width + (layer.constant > 0 ? 1 : 0);
}

/** The weights of one layer as a matrix over the vector of all weights. */
export function weightsOf(layer: WhitenedLayer, position: Block): View {
	return view(position, layer.width, layer.fanIn, layer.offset);
}

/** The network in whitened coordinates, its first layer reading `directions` rotated inputs. */
export function whitenNetwork(network: Network, directions: number): WhitenedNetwork {
	const dense = network.layers as readonly DenseLayer[];
	const last = dense[dense.length - 1]!;
	const readoutScale = network.readout.weightVariance / (chi(network) * last.width);
	let fanIn = directions;
	let scale = 1;
	let offset = 0;
	const layers = dense.map((layer, index): WhitenedLayer => {
		const above = dense[index + 1];
		const scaleAbove = above ? Math.sqrt(above.weightVariance / layer.width) : Math.sqrt(readoutScale);
		const biasAbove = above ? above.biasVariance : network.readout.biasVariance;
		const whitened: WhitenedLayer = {
			activation: findActivation(layer.activation, `network.layers[${index}].activation`),
			width: layer.width,
			fanIn,
			scale,
			offset,
			constant: Math.sqrt(biasAbove) / scaleAbove,
		};
		offset += layer.width * fanIn;
		fanIn = featureRows(whitened);
		scale = scaleAbove;
		return whitened;
	});
	return { layers, parameters: offset, readoutScale };
}
