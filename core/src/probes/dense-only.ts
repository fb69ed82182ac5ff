import type { Problem } from "../problem/problem.ts";

/** true, or the sentence that says why a probe that runs saved weights of dense layers does not look at this network. */
export function denseOnly({ network: { layers } }: Problem): true | string {
	const l = layers.findIndex(({ type }) => type !== "dense");
	if (l < 0) return true;
	return `The probe looks at networks of dense layers; layer ${l + 1} is ${layers[l]!.type === "residual" ? "a residual block" : "a convolution"}.`;
}
