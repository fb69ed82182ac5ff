import type { Layer } from "../network/network.ts";
import { patchMembers } from "../network/patches.ts";
import type { Problem } from "../problem/problem.ts";
import { layerPositions, type Positions, positionCount } from "../problem/tiling.ts";

/**
 * An order of every layer's positions in which a patch is a reshape. Let the layer above have J positions, each reading a
 * patch of m positions below: position k J + j below is then member k of patch j, so that a channels x (m J P) array of
 * features is, without moving a number, the (channels m) x (J P) array that the layer above multiplies.
 */
export interface PositionOrder {
	/** The number of positions of every layer, 1 for a dense one. */
	readonly counts: readonly number[];
	/** For every layer: its positions in this order, named by their place along the sequence or row by row of the image. */
	readonly orders: readonly (readonly number[])[];
	/** For each position of the first layer, in this order, the columns of the inputs that it reads. */
	readonly inputColumns: readonly (readonly number[])[];
}

/** The order of positions of a problem's network. @throws InputError when a patch does not tile what it reads. */
export function positionOrder(
	problem: Pick<Problem, "trainInputs" | "inputShape" | "network">,
): PositionOrder {
	const { layers } = problem.network;
	const positions = layerPositions(layers, problem.trainInputs.columns, problem.inputShape);
	const last = layers.length;
	const orders: number[][] = Array.from({ length: last + 1 }, () => []);
	orders[last] = range(positionCount(positions[last]!));
	for (let l = last; l > 1; l--) {
		const patches = patchesOf(layers[l - 1]!, positions[l - 1]!);
		const members = range(patches[0]!.length);
		orders[l - 1] = members.flatMap((k) => orders[l]!.map((j) => patches[j]![k]!));
	}
	const { channels } = positions[0]!;
	const patches = patchesOf(layers[0]!, positions[0]!);
	return {
		counts: orders.slice(1).map((order) => order.length),
		orders: orders.slice(1),
		inputColumns: orders[1]!.map((j) =>
			patches[j]!.flatMap((i) => range(channels).map((c) => i * channels + c)),
		),
	};
}

function patchesOf(layer: Layer, below: Positions): number[][] {
	return layer.type === "convolution" ? patchMembers(below, layer.patch) : [range(positionCount(below))];
}

function range(length: number): number[] {
	return Array.from({ length }, (_, i) => i);
}
