import type { Network } from "../network/network.ts";

/** The first hidden layer (counted from 1) whose activation is not linear, if there is one. */
export function firstNonlinear({ layers }: Network): { layer: number; activation: string } | undefined {
	const index = layers.findIndex(({ activation }) => activation !== "linear");
	return index < 0 ? undefined : { layer: index + 1, activation: layers[index]!.activation };
}
