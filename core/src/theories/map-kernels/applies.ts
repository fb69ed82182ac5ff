import type { Problem } from "../../problem/problem.ts";

/** true, or the sentence that says why `map-kernels` does not answer this problem. */
export function applies({ network }: Problem): true | string {
	if (network.layers.some(({ type }) => type === "convolution")) {
		return "map-kernels handles dense layers; use equations-of-state or finite-width-correction for a convolution.";
	}
	if (network.readout.biasVariance > 0) {
		return `map-kernels handles networks without a readout bias; readout.biasVariance is ${network.readout.biasVariance}.`;
	}
	return true;
}
