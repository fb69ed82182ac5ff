/** What the groups of draws share: variables on chain and draw. */
import type { ChainResult } from "../samplers/chain-result.ts";
import { shortestLength } from "../samplers/combined-draws.ts";
import { type Attributes, type DataVariable, sizeOf, variable } from "./data-tree.ts";
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

/** What a variable takes of each draw: from a row of `width` values those at `offset`, `offset + step`, ... */
export interface DrawRows {
	readonly values: Float64Array | Uint8Array;
	/** 0 for one row that serves all draws. */
	readonly width: number;
	readonly offset?: number;
	readonly step?: number;
}

/** Makes a variable on chain, draw and further dimensions from the rows of each chain. */
export type DrawVariableMaker = (
	rows: (chain: ChainResult) => DrawRows,
	description: string,
	dimensions?: readonly string[],
	shape?: readonly number[],
) => DataVariable;

/**
 * A maker of variables that are read from the chains without a copy of all draws. Chains of unequal length, stopped early, are
 * cut to the shortest.
 *
 * @param every k, where rows are of draws 0, k, 2k, ... only
 * @throws InputError when there is no chain or one has fewer draws than any diagnostic needs.
 */
export function drawVariables(chains: readonly ChainResult[], every = 1): DrawVariableMaker {
	const draws = Math.ceil(shortestLength(chains) / every);
	return (rowsOf, description, dimensions = [], shape = []) => ({
		dimensions: ["chain", "draw", ...dimensions],
		shape: [chains.length, draws, ...shape],
		read: drawReader(chains.map(rowsOf), draws, sizeOf(shape)),
		attributes: { long_name: description },
	});
}

/** One number a draw. */
export function scalar(values: DrawRows["values"]): DrawRows {
	return { values, width: 1 };
}

function drawReader(chains: readonly DrawRows[], draws: number, size: number): DataVariable["read"] {
	const perChain = draws * size;
	return (start, length) => {
		const first = chains[Math.floor(start / perChain)]!;
		const at = start % perChain;
		if (first.width === size && at + length <= perChain) return first.values.subarray(at, at + length);
		const read = first.values instanceof Uint8Array ? new Uint8Array(length) : new Float64Array(length);
		for (let i = 0; i < length; i++) {
			const index = start + i;
			const { values, width, offset = 0, step = 1 } = chains[Math.floor(index / perChain)]!;
			const draw = Math.floor(index / size) % draws;
			read[i] = values[draw * width + offset + (index % size) * step]!;
		}
		return read;
	};
}

/** The numbers of the draws that have a row. */
export function drawCoordinate(chains: readonly ChainResult[], every: number): DataVariable {
	const draws = Math.ceil(shortestLength(chains) / every);
	return variable(
		["draw"],
		[draws],
		Int32Array.from({ length: draws }, (_, i) => every * i),
	);
}

/** The numbers of the chains: after an interrupt some may be missing. */
export function chainCoordinate(chains: readonly ChainResult[]): DataVariable {
	return variable(
		["chain"],
		[chains.length],
		Int32Array.from(chains, ({ chain }) => chain),
	);
}
