import { findActivation } from "../../activations/registry.ts";
import type { Problem } from "../../problem/problem.ts";

/** true, or the sentence that says why `self-consistent` does not answer this problem. */
export function applies({ network, trainTargets }: Problem): true | string {
	const depth = network.layers.length;
	const layer = network.layers[0]!;
	if (layer.activation === "quadratic") {
		return "self-consistent needs an activation that grows at most linearly: for a quadratic activation the saddle point does not exist. Use finite-width-correction.";
	}
	const { bounded } = findActivation(layer.activation);
	if (layer.activation !== "linear" && !bounded) {
		return "self-consistent is implemented for linear, erf and tanh. Of the other activations it takes the bounded ones, sigmoid and sin.";
	}
	if (layer.activation !== "linear" && layer.type === "convolution") {
		return "self-consistent is available for convolutions of linear units only; this one has another activation.";
	}
	if (depth > 1)
		return `self-consistent is available for one hidden layer only; this network has L = ${depth}.`;
	if (trainTargets.columns > 1) return "self-consistent supports one output.";
	if (layer.biasVariance > 0 && layer.weightVariance === 0) {
		return "self-consistent treats a hidden bias as one more input and needs weights for it: weightVariance is 0 with a positive biasVariance.";
	}
	return true;
}
