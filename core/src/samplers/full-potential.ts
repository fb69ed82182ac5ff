import { type Block, transpose, view } from "@finitude/engine";
import { allocateView, copyInto, squaredNorm } from "./block-operations.ts";
import type { NetworkDraw } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/**
 * U(w, a) = |f - Y|^2 / (2 kappa), f = sqrt(c) F^T a: minus the log likelihood of all weights, the readout among them, up to a
 * constant. The prior is standard normal: the whole potential energy is U + (|w|^2 + |a|^2) / 2. It is the training loss
 * 1/2 |f - Y|^2 with weight decay kappa / (prior variance), divided by the temperature kappa.
 */
export interface FullPotential {
	/** The whitened hidden weights as a WhitenedNetwork lays them out, then the readout (M x D, row-major); the caller sets them. */
	readonly position: Block;
	/** The gradient of U, filled by `evaluate`. */
	readonly gradient: Block;
	/** U at `position`, and its gradient. Not finite, or NaN, where the network's outputs overflow. */
	evaluate(): number;
	/** The network that a position stands for. */
	draw(position: Float64Array): NetworkDraw;
	/** The position of a network. @throws RangeError when it comes without its readout. */
	positionOf(network: NetworkDraw): Float64Array;
}

/** Allocates what the space does not have; forward pass, backward pass and targets are those of its integrated potential. */
export function createFullPotential({ engine, problem, network, potential }: SamplingSpace): FullPotential {
	const { forward, backward, targets, features } = potential;
	const hidden = network.parameters;
	const outputs = targets.columns;
	const position = engine.allocate(hidden + features.rows * outputs);
	const gradient = engine.allocate(position.length);
	const hiddenPosition = position.slice(0, hidden);
	const hiddenGradient = gradient.slice(0, hidden);
	const readout = view(position, features.rows, outputs, hidden);
	const readoutGradient = view(gradient, features.rows, outputs, hidden);
	const residual = allocateView(engine, targets.rows, outputs);
	const scale = Math.sqrt(network.readoutScale);
	const { noiseVariance } = problem;
	return {
		position,
		gradient,
		evaluate() {
			forward.run(hiddenPosition);
			copyInto(residual.block, targets);
			engine.gemm(scale, transpose(features), readout, -1, residual);
			engine.gemm(scale / noiseVariance, features, residual, 0, readoutGradient);
			engine.gemm(scale / noiseVariance, readout, transpose(residual), 0, backward.featureGradient);
			backward.run(hiddenPosition, hiddenGradient);
			return squaredNorm(residual.block) / (2 * noiseVariance);
		},
		draw: (weights) => ({ hidden: weights.subarray(0, hidden), readout: weights.subarray(hidden) }),
		positionOf(draw) {
			if (draw.readout === undefined) {
				throw new RangeError("positionOf: wanted a network with its readout; got one without.");
			}
			const weights = new Float64Array(position.length);
			weights.set(draw.hidden);
			weights.set(draw.readout, hidden);
			return weights;
		},
	};
}
