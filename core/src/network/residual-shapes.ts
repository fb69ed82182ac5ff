import { InputError } from "../errors.ts";
import type { Layer } from "./network.ts";

/** What matters here of a layer, also as it stands in a file. */
type Shape =
	| { readonly type: Exclude<Layer["type"], "convolution">; readonly width: number }
	| { readonly type: "convolution" };

/**
 * A residual block adds to the pre-activations of the layer below, which must be as many.
 *
 * @param where name of the layer list in messages, "network.layers"
 * @throws InputError naming the block that does not fit
 */
export function requireResidualShapes(layers: readonly Shape[], where: string): void {
	layers.forEach((layer, i) => {
		if (layer.type !== "residual") return;
		const below = layers[i - 1];
		if (below === undefined || below.type === "convolution") {
			throw new InputError({
				where: `${where}[${i}].type`,
				wanted: "a dense or a residual layer below a residual one",
				got: below === undefined ? "the inputs" : "a convolution",
				advice: "Put a dense layer of the same width below it.",
			});
		}
		if (below.width !== layer.width) {
			throw new InputError({
				where: `${where}[${i}].width`,
				wanted: `${below.width}, the width of the layer below, to which a residual block adds`,
				got: String(layer.width),
			});
		}
	});
}
