import { type Arithmetic, type Block, type FloatArray, transpose, type View, view } from "@finitude/engine";
import type { ForwardPass } from "./forward.ts";
import { weightsOf } from "./whitened-network.ts";

/** Backpropagation through a forward pass: from dV/d(last features) to dV/d(all weights). */
export interface BackwardPass<Numbers extends FloatArray = Float64Array> {
	/** dV/d(last features); the caller fills it before `run`, which overwrites it. */
	readonly featureGradient: View<Numbers>;
	/** Writes dV/dW of every layer into `gradient`, laid out as the vector of all weights. The forward pass must be current. */
	run(position: Block<Numbers>, gradient: Block<Numbers>): void;
}

/**
 * The gradient with respect to a layer's features becomes, row by row, the one with respect to its pre-activations (times
 * phi', plus that of the pre-activations of a residual block above); from there one matrix product gives dV/dW and one the
 * gradient of the features below.
 */
export function createBackwardPass<Numbers extends FloatArray>(
	engine: Arithmetic<Numbers>,
	forward: ForwardPass<Numbers>,
	coordinates: View<Numbers>,
): BackwardPass<Numbers> {
	const gradients = forward.layers.map(({ features }) => ({
		...features,
		block: engine.allocate(features.rows * features.columns),
	}));
	return {
		featureGradient: gradients[gradients.length - 1]!,
		run(position, gradient) {
			for (let index = forward.layers.length - 1; index >= 0; index--) {
				const { layer, preactivations, derivatives } = forward.layers[index]!;
				const delta = gradients[index]!.block.data;
				const slope = derivatives!.data;
				for (let i = 0; i < slope.length; i++) delta[i]! *= slope[i]!;
				if (forward.layers[index + 1]?.layer.residual) {
					const above = gradients[index + 1]!.block.data;
					for (let i = 0; i < slope.length; i++) delta[i]! += above[i]!;
				}
				const perUnit = view(gradients[index]!.block, layer.width, preactivations.columns);
				const below = index === 0 ? coordinates : transpose(forward.layers[index - 1]!.features);
				engine.gemm(layer.scale, perUnit, below, 0, weightsOf(layer, gradient));
				if (index > 0) {
					engine.gemm(layer.scale, transpose(weightsOf(layer, position)), perUnit, 0, gradients[index - 1]!);
				}
			}
		},
	};
}
