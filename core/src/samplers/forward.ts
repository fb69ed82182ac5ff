import { type Arithmetic, type Block, type FloatArray, transpose, type View, view } from "@finitude/engine";
import {
	featureColumns,
	featureRows,
	type WhitenedLayer,
	type WhitenedNetwork,
	weightsOf,
} from "./whitened-network.ts";

/** One layer's work space over a set of points; units in rows, positions and points in columns. */
interface LayerSpace<Numbers extends FloatArray> {
	readonly layer: WhitenedLayer;
	/** width x (positions points). */
	readonly preactivations: View<Numbers>;
	/**
	 * As the layer above reads them: (width grouped + constant) x (positions / grouped points), the same numbers in the same
	 * places as phi(H); the last row, where there is one, is the constant feature.
	 */
	readonly features: View<Numbers>;
	/** The part of `features` that the activation fills. */
	readonly activated: Block<Numbers>;
	/** phi'(H), as long as `preactivations`; only where gradients are wanted. */
	readonly derivatives?: Block<Numbers>;
}

/** The network over a fixed set of points, with all work space allocated. */
export interface ForwardPass<Numbers extends FloatArray = Float64Array> {
	readonly layers: readonly LayerSpace<Numbers>[];
	/** Features of the last layer, the readout's constant one included. */
	readonly features: View<Numbers>;
	/** Fills all layers for these weights. The product of `firstLayerRest` is added to the first pre-activations. */
	run(position: Block<Numbers>, firstLayerRest?: { weights: View<Numbers>; inputs: View<Numbers> }): void;
}

/**
 * @param engine an engine, or its `float32`.
 * @param coordinates (positions points) x directions: the rotated inputs.
 * @param gradients also keep phi' of every layer.
 */
export function createForwardPass<Numbers extends FloatArray>(
	engine: Arithmetic<Numbers>,
	network: WhitenedNetwork,
	coordinates: View<Numbers>,
	gradients: boolean,
): ForwardPass<Numbers> {
	const points = coordinates.rows / network.layers[0]!.positions;
	const inputs = transpose(coordinates);
	const layers = network.layers.map((layer) => layerSpace(engine, layer, points, gradients));
	return {
		layers,
		features: layers[layers.length - 1]!.features,
		run(position, firstLayerRest) {
			let below = inputs;
			for (const [index, space] of layers.entries()) {
				const { layer, preactivations, features, activated, derivatives } = space;
				if (layer.residual) preactivations.block.data.set(layers[index - 1]!.preactivations.block.data);
				engine.gemm(layer.scale, weightsOf(layer, position), below, layer.residual ? 1 : 0, preactivations);
				if (index === 0 && firstLayerRest) {
					engine.gemm(1, firstLayerRest.weights, firstLayerRest.inputs, 1, preactivations);
				}
				const h = preactivations.block;
				if (derivatives) layer.activation.valueAndDerivative(engine, h, activated, derivatives);
				else layer.activation.evaluate(engine, h, activated);
				below = features;
			}
		},
	};
}

function layerSpace<Numbers extends FloatArray>(
	engine: Arithmetic<Numbers>,
	layer: WhitenedLayer,
	points: number,
	gradients: boolean,
): LayerSpace<Numbers> {
	const columns = layer.positions * points;
	const size = layer.width * columns;
	const block = engine.allocate(featureRows(layer) * featureColumns(layer, points));
	block.data.fill(layer.constant, size);
	return {
		layer,
		preactivations: view(engine.allocate(size), layer.width, columns),
		features: view(block, featureRows(layer), featureColumns(layer, points)),
		activated: block.slice(0, size),
		...(gradients ? { derivatives: engine.allocate(size) } : {}),
	};
}
