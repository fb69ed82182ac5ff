import type { Positions } from "../problem/tiling.ts";

/**
 * The positions that each patch of a convolution covers: one list per patch, patches along the sequence or row by row of
 * the image, positions numbered the same way.
 */
export function patchMembers(positions: Positions, patch: number): number[][] {
	if (positions.kind === "sequence") {
		return Array.from({ length: positions.length / patch }, (_, i) =>
			Array.from({ length: patch }, (_, j) => i * patch + j),
		);
	}
	const { height, width } = positions;
	const patches: number[][] = [];
	for (let row = 0; row < height; row += patch) {
		for (let column = 0; column < width; column += patch) {
			patches.push(
				Array.from(
					{ length: patch * patch },
					(_, k) => (row + Math.floor(k / patch)) * width + column + (k % patch),
				),
			);
		}
	}
	return patches;
}

/** The input columns at the given positions: inputs are stored position by position, the channel fastest. */
export function inputColumns(positions: readonly number[], channels: number): number[] {
	return positions.flatMap((i) => Array.from({ length: channels }, (_, c) => i * channels + c));
}
