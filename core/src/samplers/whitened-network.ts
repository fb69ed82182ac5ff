import { type Block, type FloatArray, type View, view } from "@finitude/engine";
import { type Activation, findActivation } from "../activations/index.ts";
import { chi, layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { positionOrder } from "./position-order.ts";

/**
 * A layer with standard normal weights: pre-activations H = scale W F, with F the features below (fan-in x positions P). A
 * dense layer is a convolution with one position. A bias is one more feature below, constant over positions and points. To a
 * residual block the pre-activations of the layer below are added, and its scale contains rho.
 */
export interface WhitenedLayer {
	readonly activation: Activation;
	/** Units of a dense layer, channels of a convolution. */
	readonly width: number;
	/** Positions that share the weights; columns of H are numbered position by position, the point fastest. */
	readonly positions: number;
	/** Columns of W: the features below, the constant one included. */
	readonly fanIn: number;
	readonly scale: number;
	/** Whether the pre-activations of the layer below are added. */
	readonly residual: boolean;
	/** Where W (width x fanIn, row-major) begins in the vector of all weights. */
	readonly offset: number;
	/** Positions of this layer that one position of the layer above reads, all of them for a dense layer or the readout. */
	readonly grouped: number;
	/** Value of the constant feature that this layer hands upward; 0 where the layer above has no bias. */
	readonly constant: number;
}

/** All hidden weights in one vector of independent standard normals; the readout is integrated out. */
export interface WhitenedNetwork {
	readonly layers: readonly WhitenedLayer[];
	/** Length of the vector of all weights. */
	readonly parameters: number;
	/** c = s_a^2 / (chi N_L J_L), J_L positions: the output kernel is c F^T F, F the last features with the constant one. */
	readonly readoutScale: number;
}

/** Rows of a layer's features as the layer above reads them: units times grouped positions, and the constant feature. */
export function featureRows(layer: WhitenedLayer): number {
	return layer.width * layer.grouped + (layer.constant > 0 ? 1 : 0);
}

/** Columns of those features: the positions of the layer above times the points. */
export function featureColumns(layer: WhitenedLayer, points: number): number {
	return (layer.positions / layer.grouped) * points;
}

/** The weights of one layer as a matrix over the vector of all weights. */
export function weightsOf<Numbers extends FloatArray>(
	layer: Pick<WhitenedLayer, "width" | "fanIn" | "offset">,
	position: Block<Numbers>,
): View<Numbers> {
	return view(position, layer.width, layer.fanIn, layer.offset);
}

/** The network in whitened coordinates, its first layer reading `directions` rotated inputs. */
export function whitenNetwork(
	problem: Pick<Problem, "trainInputs" | "inputShape" | "network">,
	directions: number,
): WhitenedNetwork {
	const { network } = problem;
	const { counts } = positionOrder(problem);
	const top = network.layers.length - 1;
	const features = layerWidth(network.layers[top]!) * counts[top]!;
	const readoutScale = network.readout.weightVariance / (chi(network) * features);
	let fanIn = directions;
	let scale = 1;
	let offset = 0;
	const layers = network.layers.map((layer, index): WhitenedLayer => {
		const above = network.layers[index + 1];
		const width = layerWidth(layer);
		const grouped = counts[index]! / (counts[index + 1] ?? 1);
		const deviationAbove = above
			? Math.sqrt(above.weightVariance / (width * grouped))
			: Math.sqrt(readoutScale);
		const biasAbove = above ? above.biasVariance : network.readout.biasVariance;
		const whitened: WhitenedLayer = {
			activation: findActivation(layer.activation, `network.layers[${index}].activation`),
			width,
			positions: counts[index]!,
			fanIn,
			scale,
			residual: layer.type === "residual",
			offset,
			grouped,
			constant: Math.sqrt(biasAbove) / deviationAbove,
		};
		offset += width * fanIn;
		fanIn = featureRows(whitened);
		scale = above?.type === "residual" ? above.residualScale * deviationAbove : deviationAbove;
		return whitened;
	});
	return { layers, parameters: offset, readoutScale };
}
