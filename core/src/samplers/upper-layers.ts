import type { RandomState } from "@finitude/engine";
import type { LatticeLaw } from "../scale-mixture/lattice-law.ts";

/** What lies above the first layer of a linear network, with the first layer's weights integrated out. */
export interface UpperLayers {
	/** Its posterior given these targets, P x D row-major. */
	given(targets: Float64Array): UpperPosterior;
}

export interface UpperPosterior extends Pick<LatticeLaw, "step" | "residual"> {
	/** Of the lattice. */
	readonly nodes: number;
	/** log p(Y). */
	readonly logEvidence: number;
	/** Draws all weights above the first layer into the sampling space's position, and the readout without its bias. */
	draw(stream: RandomState): void;
}
