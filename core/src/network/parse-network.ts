import { InputError } from "../errors.ts";
import type { Layer, Network } from "./network.ts";
import { requireResidualShapes } from "./residual-shapes.ts";
import type { NetworkJson } from "./schema.ts";

/**
 * A validated network with its defaults (stride = patch) filled in.
 * @throws InputError when a stride differs from its patch, or a residual block does not fit the layer below.
 */
export function networkFromJson(json: NetworkJson, where = "network"): Network {
	requireResidualShapes(json.layers, `${where}.layers`);
	return { ...json, layers: json.layers.map((layer, i) => layerFromJson(layer, `${where}.layers[${i}]`)) };
}

function layerFromJson(layer: NetworkJson["layers"][number], where: string): Layer {
	if (layer.type !== "convolution") return layer;
	const stride = layer.stride ?? layer.patch;
	if (stride !== layer.patch) {
		throw new InputError({
			where: `${where}.stride`,
			wanted: `${layer.patch}, equal to patch`,
			got: String(stride),
			advice: "Overlapping patches and gaps between them are not supported; leave stride out.",
		});
	}
	return { ...layer, stride };
}
