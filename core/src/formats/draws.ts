/** What the groups of draws share: variables on chain and draw. */
import type { ChainResult } from "../samplers/chain-result.ts";
import { shortestLength } from "../samplers/combined-draws.ts";
import { type Attributes, type DataVariable, type Values, variable } from "./data-tree.ts";
import { CREATION } from "./groups.ts";

/** What describes the draws beside themselves. */
export interface DrawsRecord {
	readonly sampler: string;
	readonly warmup: number;
	readonly seed: number;
	/** Wall-clock time of the sampling. */
	readonly seconds: number;
}

/** Under the names of the ArviZ schema, where it has one. */
export function drawsAttributes({ sampler, warmup, seed, seconds }: DrawsRecord): Attributes {
	return {
		...CREATION,
		sample_dims: ["chain", "draw"],
		sampler,
		seed,
		tuning_steps: warmup,
		sampling_time: seconds,
	};
}

/** Makes a variable on chain, draw and further dimensions from what `read` gives for each chain, one row a draw. */
export type DrawVariableMaker = (
	read: (chain: ChainResult) => Values,
	description: string,
	dimensions?: readonly string[],
	shape?: readonly number[],
) => DataVariable;

/**
 * A maker of variables with one block a chain. Chains of unequal length, stopped early, are cut to the shortest.
 * @throws InputError when there is no chain or one has fewer draws than any diagnostic needs.
 */
export function drawVariables(chains: readonly ChainResult[]): DrawVariableMaker {
	const draws = shortestLength(chains);
	return (read, description, dimensions = [], shape = []) => ({
		dimensions: ["chain", "draw", ...dimensions],
		shape: [chains.length, draws, ...shape],
		blocks: chains.map((chain) => {
			const values = read(chain);
			return values.subarray(0, (values.length / chain.completedDraws) * draws);
		}),
		attributes: { long_name: description },
	});
}

/** The numbers of the chains: after an interrupt some may be missing. */
export function chainCoordinate(chains: readonly ChainResult[]): DataVariable {
	return variable(
		["chain"],
		[chains.length],
		Int32Array.from(chains, ({ chain }) => chain),
	);
}
