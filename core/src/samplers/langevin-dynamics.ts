import type { RandomState } from "@finitude/engine";
import type { FullPotential } from "./full-potential.ts";
import { createPriorPrecision } from "./prior-precision.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/**
 * Noisy gradient descent in the weights w of the network's definition, written in the whitened coordinates u = w / sigma:
 *
 *     w <- w - eta (dL/dw + kappa w / sigma^2) + sqrt(2 kappa eta) xi,   L = 1/2 |f - Y|^2 = kappa U
 *     u <- u - eta kappa S^-1 (dU/du + u) + sqrt(2 eta kappa) S^-1/2 xi,   S^-1 the prior precision
 *
 * Every layer has a step of its own, eta kappa / sigma^2. The noise is isotropic and the decay one number for each layer, so that
 * rotating the first layer's inputs changes nothing.
 */
export interface LangevinDynamics {
	/** Coordinates beyond those of the potential; see PriorPrecision. */
	readonly outside: number;
	/** eta kappa / s_w^2 of the first layer for eta = 1: its relaxation under the prior alone in one step. */
	readonly firstLayerRate: number;
	/** One step from the potential's position, whose gradient must be current; the gradient is used up. */
	step(stepSize: number, outside: Float64Array, stream: RandomState): void;
	/**
	 * x <- kappa S^-1 x: turns a gradient of U + |u|^2 / 2 into the drift of one step of size 1, and likewise products with
	 * the Hessian, whose eigenvalues are then those of L plus weight decay in the weights w.
	 */
	drift(x: Float64Array, outside: Float64Array): void;
}

export function createLangevinDynamics(space: SamplingSpace, potential: FullPotential): LangevinDynamics {
	const { engine, problem } = space;
	const { noiseVariance } = problem;
	const precision = createPriorPrecision(space);
	const size = potential.position.length;
	const noise = engine.allocate(size + precision.outside);
	return {
		outside: precision.outside,
		firstLayerRate: noiseVariance * precision.firstLayer,
		step(stepSize, outside, stream) {
			engine.fillNormal(stream, noise);
			const xi = noise.data.subarray(0, size);
			const xiOutside = noise.data.subarray(size);
			precision.multiplyRoot(xi, xiOutside);
			const u = potential.position.data;
			const slope = potential.gradient.data;
			for (let i = 0; i < size; i++) slope[i]! += u[i]!;
			const slopeOutside = outside.slice();
			precision.multiply(slope, slopeOutside);
			advance(u, slope, xi, stepSize * noiseVariance);
			advance(outside, slopeOutside, xiOutside, stepSize * noiseVariance);
		},
		drift(x, outside) {
			precision.multiply(x, outside);
			for (let i = 0; i < x.length; i++) x[i]! *= noiseVariance;
			for (let i = 0; i < outside.length; i++) outside[i]! *= noiseVariance;
		},
	};
}

/** u <- u - time slope + sqrt(2 time) noise. */
function advance(u: Float64Array, slope: Float64Array, noise: Float64Array, time: number): void {
	const deviation = Math.sqrt(2 * time);
	for (let i = 0; i < u.length; i++) u[i]! += deviation * noise[i]! - time * slope[i]!;
}
