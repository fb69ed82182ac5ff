/** How the kernels of a network's layers feed each other: which entries a layer above reads, and what it makes of them. */
import type { DualActivation } from "../../kernels/dual-activation.ts";
import { dualOf } from "../../kernels/dual-of.ts";
import { chi, layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { positionOrder } from "../../samplers/position-order.ts";

/** Positions i >= j of one layer whose covariance the layer above reads, and the pair of its own positions that it goes to. */
export interface PositionPair {
	readonly first: number;
	readonly second: number;
	readonly above: readonly [number, number];
}

/**
 * One hidden layer. Its pre-activations live on sites, pairs of a position and a point; site i P + a is point a at position i.
 * Of G = E[phi phi^T] at its kernel the layer above makes Q = shift + scale x (the sum of the P x P blocks of the pairs).
 */
export interface SiteLayer {
	/** N_l: units, or channels. */
	readonly width: number;
	readonly dual: DualActivation;
	readonly linear: boolean;
	/** J_l: 1 for a dense layer. */
	readonly positions: number;
	/** The place of each position along the sequence, or row by row of the image. */
	readonly places: readonly number[];
	readonly pairs: readonly PositionPair[];
	/** J_{l+1}; 1 for the output. */
	readonly positionsAbove: number;
	/** s^2 / (positions in a patch) of the layer above, or c / J_L of the readout, c = s_a^2 / chi. */
	readonly scale: number;
	/** s_b^2 of the layer above, or of the readout. */
	readonly shift: number;
}

/**
 * The hidden layers in order, their positions in the order of `positionOrder`: that of `whitenInputs`. Only pairs of
 * positions that reach the output are listed: for the last layer those of equal positions, since readout weights of
 * different positions are independent.
 *
 * @throws InputError for an unknown activation or a patch that does not tile its input.
 */
export function siteLayers(problem: Pick<Problem, "trainInputs" | "inputShape" | "network">): SiteLayer[] {
	const { network } = problem;
	const { counts, orders } = positionOrder(problem);
	return network.layers.map((layer, l) => {
		const positions = counts[l]!;
		const above = network.layers[l + 1];
		const positionsAbove = counts[l + 1] ?? 1;
		const patches = stridedPatches(positions, positionsAbove);
		const { weightVariance, biasVariance } = above ?? network.readout;
		return {
			width: layerWidth(layer),
			dual: dualOf(layer.activation, `network.layers[${l}].activation`),
			linear: layer.activation === "linear",
			positions,
			places: orders[l]!,
			pairs: pairsOf(patches),
			positionsAbove,
			scale: ((above ? weightVariance : weightVariance / chi(network)) * positionsAbove) / positions,
			shift: biasVariance,
		};
	});
}

/** Member k of patch j is position k J + j, J patches in all. */
function stridedPatches(positions: number, patches: number): number[][] {
	return Array.from({ length: patches }, (_, j) =>
		Array.from({ length: positions / patches }, (_, k) => k * patches + j),
	);
}

/** Pairs of members of the same place in two patches: positions of different places have independent weights. */
function pairsOf(patches: readonly (readonly number[])[]): PositionPair[] {
	return patches.flatMap((members, i) =>
		patches
			.slice(0, i + 1)
			.flatMap((others, j) =>
				members.map((first, m): PositionPair => ({ first, second: others[m]!, above: [i, j] })),
			),
	);
}
