/** What a network is: layers of hidden units and a linear readout, with Gaussian priors on all weights. */

/** Names with closed forms or quadrature in `activations/`; a library user may register more. */
export type ActivationName = string;

/** Units that each read all units below. */
export interface DenseLayer {
	readonly type: "dense";
	/** Number of units N_l. */
	readonly width: number;
	readonly activation: ActivationName;
	/** s^2: every weight ~ N(0, s^2 / fan-in). */
	readonly weightVariance: number;
	/** s_b^2: every bias ~ N(0, s_b^2). */
	readonly biasVariance: number;
}

/** Channels at every position, each reading one patch below; all positions share weights. */
export interface ConvolutionLayer {
	readonly type: "convolution";
	readonly channels: number;
	/** Inputs along a sequence, or pixels along each side of a square of an image. */
	readonly patch: number;
	/** Equal to `patch`: patches tile the input without overlap. */
	readonly stride: number;
	readonly activation: ActivationName;
	readonly weightVariance: number;
	readonly biasVariance: number;
}

/**
 * A block that adds to what it reads: h <- h + rho (W phi(h) + b), h and phi those of the layer below, which has the same
 * width. Its own activation is that of its output h, as the layer above reads it.
 */
export interface ResidualLayer {
	readonly type: "residual";
	/** Number of units, as many as below. */
	readonly width: number;
	readonly activation: ActivationName;
	/** rho >= 0. */
	readonly residualScale: number;
	/** s^2: every weight ~ N(0, s^2 / fan-in). */
	readonly weightVariance: number;
	/** s_b^2: every bias ~ N(0, s_b^2); rho multiplies it too. */
	readonly biasVariance: number;
}

/** A hidden layer. */
export type Layer = DenseLayer | ConvolutionLayer | ResidualLayer;

/** Hidden layers in order, the first one reading the inputs, and the linear readout. */
export interface Network {
	readonly layers: readonly Layer[];
	readonly readout: { readonly weightVariance: number; readonly biasVariance: number };
	/** "standard": readout weights ~ N(0, s_a^2 / N_L); "mean-field": N(0, s_a^2 / N_L^2). */
	readonly scaling: "standard" | "mean-field";
}

/** Width of a layer: units of a dense layer or a residual block, channels of a convolution. */
export function layerWidth(layer: Layer): number {
	return layer.type === "convolution" ? layer.channels : layer.width;
}

/** "dense erf", from the inputs up. */
export function layerNames({ layers }: Pick<Network, "layers">): string[] {
	return layers.map(({ type, activation }) => `${type} ${activation}`);
}

/** Whether there are residual blocks. */
export function hasResidualBlocks({ layers }: Pick<Network, "layers">): boolean {
	return layers.some(({ type }) => type === "residual");
}

/** chi: 1 in standard scaling, the last width in mean-field scaling. The output kernel is (s_a^2 / chi) E[phi phi^T]. */
export function chi(network: Network): number {
	return network.scaling === "standard" ? 1 : layerWidth(network.layers[network.layers.length - 1]!);
}
