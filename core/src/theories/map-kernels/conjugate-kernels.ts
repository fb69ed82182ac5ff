import type { Engine, Matrix } from "@finitude/engine";
import { backwardResponse } from "./backward-response.ts";
import type { KernelMap } from "./layers.ts";

/**
 * Ct^(1), ..., Ct^(L) from Ct^(L) down, each the backward response of the next layer.
 *
 * @param covariances C^(0), ..., C^(L-1), P x P
 */
export function conjugateKernels(
	engine: Engine,
	layers: readonly KernelMap[],
	covariances: readonly Matrix[],
	output: Matrix,
): Matrix[] {
	const conjugates = [output];
	for (let l = layers.length - 1; l > 0; l--) {
		conjugates.unshift(backwardResponse(engine, layers[l]!, covariances[l]!, conjugates[0]!));
	}
	return conjugates;
}
