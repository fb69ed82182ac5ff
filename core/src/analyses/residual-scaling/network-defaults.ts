import { InputError } from "../../errors.ts";
import { chi, type Network, type ResidualLayer } from "../../network/network.ts";

/** What a network of one dense layer and equal residual blocks says of the analysis's options. */
export interface NetworkDefaults {
	readonly activation: string;
	readonly readoutVariance: number;
	/** Of the blocks, where there are any. */
	readonly depth?: number;
	readonly residualScale?: number;
	readonly weightVariance?: number;
	readonly biasVariance?: number;
}

/**
 * A dense layer makes C^(0) from the inputs; what stands above it are residual blocks that are all equal, or nothing.
 *
 * @throws InputError naming the layer that is something else
 */
export function networkDefaults(network: Network): NetworkDefaults {
	const [first, ...blocks] = network.layers;
	requireType(first!.type, "dense", 0);
	blocks.forEach(({ type }, l) => {
		requireType(type, "residual", l + 1);
	});
	const { weightVariance, biasVariance } = network.readout;
	if (biasVariance > 0) {
		throw new InputError({
			where: "network.readout.biasVariance",
			wanted: "0, since f = v . phi(h) has no bias",
			got: `${biasVariance}`,
		});
	}
	const shared = { activation: first!.activation, readoutVariance: weightVariance / chi(network) };
	const [block] = blocks as ResidualLayer[];
	network.layers.forEach((layer, l) => {
		requireEqual("activation", layer.activation, first!.activation, l);
		if (layer.type !== "residual") return;
		for (const name of ["residualScale", "weightVariance", "biasVariance"] as const) {
			requireEqual(name, layer[name], block![name], l);
		}
	});
	if (block === undefined) return shared;
	return {
		...shared,
		depth: blocks.length,
		residualScale: block.residualScale,
		weightVariance: block.weightVariance,
		biasVariance: block.biasVariance,
	};
}

function requireType(type: string, wanted: string, layer: number): void {
	if (type === wanted) return;
	throw new InputError({
		where: `network.layers[${layer}].type`,
		wanted: `${wanted}: one dense layer below residual blocks, or alone`,
		got: type,
	});
}

function requireEqual(field: string, value: string | number, wanted: string | number, layer: number): void {
	if (value === wanted) return;
	throw new InputError({
		where: `network.layers[${layer}].${field}`,
		wanted: `${wanted}, as below: all residual blocks are equal here`,
		got: `${value}`,
	});
}
