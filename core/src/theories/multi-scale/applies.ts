import { findActivation } from "../../activations/registry.ts";
import type { Problem } from "../../problem/problem.ts";
import { firstNonlinear } from "../../samplers/linear-networks.ts";

/** true, or the sentence that says why no variant of `multi-scale` answers this problem. */
export function applies({ network, trainTargets, noiseVariance }: Problem): true | string {
	const { layers, readout } = network;
	const outputs = trainTargets.columns;
	if (layers.some(({ type }) => type === "convolution")) {
		return "multi-scale takes dense layers only; this network has a convolution.";
	}
	if (readout.biasVariance > 0) {
		return `multi-scale takes no readout bias; this network has readout.biasVariance = ${readout.biasVariance}.`;
	}
	const nonlinear = firstNonlinear(network);
	if (nonlinear === undefined) return appliesToLinear(layers, outputs);
	if (layers.length > 1) {
		return `multi-scale needs one hidden layer unless all units are linear; this network has L = ${layers.length}; use map-kernels.`;
	}
	if (!findActivation(nonlinear.activation).bounded) {
		return `multi-scale takes linear and bounded activations: the tilted measure of an unbounded activation (here ${nonlinear.activation}) may not be normalizable; use exact-mean-field or map-kernels with order first.`;
	}
	if (outputs > 1) {
		return `multi-scale handles one output unless all units are linear; the targets have ${outputs} columns.`;
	}
	if (!(noiseVariance > 0))
		return "multi-scale needs a noiseVariance above 0 unless all units are linear; got 0.";
	return true;
}

function appliesToLinear(layers: Problem["network"]["layers"], outputs: number): true | string {
	const depth = layers.length;
	if (depth > 1 && outputs > 1) {
		return `multi-scale handles one hidden layer when there are several outputs; this network has L = ${depth}.`;
	}
	const biased = layers.findIndex(({ biasVariance }, l) => l > 0 && biasVariance > 0);
	if (biased > 0) {
		return `multi-scale takes biases in the first layer only: the output kernel of a deep linear network is one product of the layers without those of layers 2 to L; network.layers[${biased}].biasVariance is ${layers[biased]!.biasVariance}.`;
	}
	return true;
}
