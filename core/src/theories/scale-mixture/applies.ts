import type { Problem } from "../../problem/problem.ts";

/** What both theories ask for: true, or a sentence that begins with the id. */
export function scaleMixtureApplies(
	id: string,
	{ network, trainTargets, noiseVariance }: Problem,
): true | string {
	if (network.layers.some(({ type }) => type === "convolution")) {
		return `${id} is available for dense layers only; this network has a convolution.`;
	}
	if (trainTargets.columns > 1) {
		return `${id} is available for one output only; this problem has D = ${trainTargets.columns}.`;
	}
	if (network.readout.biasVariance > 0 && noiseVariance === 0) {
		return `${id} needs a positive noiseVariance where the readout has a bias; got 0.`;
	}
	return true;
}
