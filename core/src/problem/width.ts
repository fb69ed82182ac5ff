/** The same problem for a network of another width. */
import { z } from "zod";
import type { Layer, Network } from "../network/network.ts";
import type { Problem } from "./problem.ts";

/** A width in options: units of a dense layer, channels of a convolution. */
export const widthField = z
	.int("an integer of at least 1")
	.min(1, "an integer of at least 1")
	.max(2 ** 31, "an integer of at most 2^31");

export const noiseScalingField = z
	.enum(["fixed", "inverse-width"])
	.default("fixed")
	.describe("inverse-width divides noiseVariance by the width, as the mean-field scaling wants.");

/**
 * The same problem with this width, and the noise that belongs to it.
 * @param layer the one that gets the width, counted from 1; all of them when left out
 */
export function problemOfWidth(
	problem: Problem,
	width: number,
	noiseScaling: z.output<typeof noiseScalingField>,
	layer?: number,
): Problem {
	const layers: Network["layers"] = problem.network.layers.map((one, l) =>
		layer === undefined || layer === l + 1 ? withWidth(one, width) : one,
	);
	return {
		...problem,
		network: { ...problem.network, layers },
		noiseVariance: noiseScaling === "fixed" ? problem.noiseVariance : problem.noiseVariance / width,
	};
}

function withWidth(layer: Layer, width: number): Layer {
	return layer.type === "convolution" ? { ...layer, channels: width } : { ...layer, width };
}
