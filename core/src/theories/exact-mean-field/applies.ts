import { findActivation } from "../../activations/registry.ts";
import type { Problem } from "../../problem/problem.ts";

/** true, or the sentence that says why `exact-mean-field` does not answer this problem. */
export function applies({ network, trainTargets, noiseVariance }: Problem): true | string {
	if (network.layers.length > 1) {
		return "exact-mean-field handles one hidden layer; use equations-of-state for deeper networks.";
	}
	if (trainTargets.columns > 1) {
		return `exact-mean-field handles one output; the targets have ${trainTargets.columns} columns.`;
	}
	if (!(noiseVariance > 0)) return "exact-mean-field needs a noiseVariance above 0; got 0.";
	const { name, polynomialDegree = 0 } = findActivation(network.layers[0]!.activation);
	if (polynomialDegree > 1) {
		return `exact-mean-field needs an activation that grows at most linearly: for ${name} the tilted neuron density is not normalizable. Use finite-width-correction.`;
	}
	return true;
}
