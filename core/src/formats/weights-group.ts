import type { ChainResult } from "../samplers/chain-result.ts";
import { type DataGroup, sizeOf } from "./data-tree.ts";
import {
	chainCoordinate,
	type DrawsRecord,
	drawCoordinate,
	drawsAttributes,
	drawVariables,
} from "./draws.ts";
import { labeledGroup } from "./groups.ts";

/**
 * The weights and biases of sampled networks, those of every draw or of draws 0, k, 2k, ..., in the units of the problem. A group of its own: hidden units can be
 * permuted, so that summaries and diagnostics of single weights, which programs make of the whole `posterior`, mean nothing.
 * Undefined where the chains did not keep them.
 * @throws InputError when there is no chain or one has fewer draws than any diagnostic needs.
 */
export function weightsGroup(chains: readonly ChainResult[], record: DrawsRecord): DataGroup | undefined {
	const arrays = chains[0]?.weightArrays;
	if (arrays === undefined || chains.some(({ weights }) => weights === undefined)) return undefined;
	const every = chains[0]!.weightsEvery ?? 1;
	const ofDraws = drawVariables(chains, every);
	const width = arrays.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
	let offset = 0;
	const variables = arrays.map(({ name, dimensions, shape }) => {
		const from = { width, offset };
		offset += sizeOf(shape);
		return [
			name,
			ofDraws(
				({ weights }) => ({ values: weights!, ...from }),
				"of the network of the draw, in the units of the problem",
				dimensions,
				shape,
			),
		];
	});
	return labeledGroup(drawsAttributes(record), Object.fromEntries(variables), {
		chain: chainCoordinate(chains),
		...(every > 1 && { draw: drawCoordinate(chains, every) }),
	});
}
