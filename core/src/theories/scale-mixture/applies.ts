import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { hasPositions } from "./matrix-options.ts";

/** What both theories ask for: true, or a sentence that begins with the id. */
export function scaleMixtureApplies(id: string, problem: Problem): true | string {
	const { network, trainTargets, noiseVariance } = problem;
	const outputs = trainTargets.columns;
	const depth = network.layers.length;
	if (hasPositions(problem)) {
		if (depth > 1) {
			return `${id} handles one convolutional layer; this network has L = ${depth} layers.`;
		}
		if (outputs > 1) {
			return `${id} handles one output where a convolution has several positions; this problem has D = ${outputs}.`;
		}
	}
	if (noiseVariance > 0) return true;
	if (network.readout.biasVariance > 0) {
		return `${id} needs a positive noiseVariance where the readout has a bias; got 0.`;
	}
	const narrowest = Math.min(...network.layers.map(layerWidth));
	if (narrowest < outputs) {
		return `${id} needs a positive noiseVariance where a layer has fewer units than there are outputs; got 0 with N = ${narrowest} and D = ${outputs}.`;
	}
	return true;
}
