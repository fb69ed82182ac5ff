import type { Problem } from "../problem/problem.ts";

/** true, or the sentence that names the first layer that is not dense: what `applies` of a probe of draws answers. */
export function denseOnly({ network: { layers } }: Problem): true | string {
	const l = layers.findIndex(({ type }) => type !== "dense");
	if (l < 0) return true;
	const other = layers[l]!.type === "convolution" ? "a convolution" : "a residual block";
	return `This probe looks at dense layers only; layer ${l + 1} is ${other}.`;
}
