import { load } from "@finitude/engine";
import { createBackwardPass } from "./backward.ts";
import { createForwardPass } from "./forward.ts";
import { type ReadoutForm, smallerForm } from "./readout.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { createSinglePrecisionReadout } from "./single-precision-readout.ts";
import type { Force } from "./trajectory.ts";

/**
 * The gradient of a space's potential with forward pass, backward pass and kernel in float32: at best twice as fast.
 *
 * It depends on the position alone, so that trajectories stay reversible and preserve volume, and `evaluate` returns the
 * potential itself, in float64: Metropolis's rule then accepts for the exact posterior. A gradient that is a little wrong
 * costs acceptance, never correctness. Its relative error is about 1e-7 times the condition number of the factorized matrix.
 */
export function createSinglePrecisionForce(
	{ engine, problem, network, inputs, potential }: SamplingSpace,
	form?: ReadoutForm,
): Force {
	const { float32 } = engine;
	const { position, gradient } = potential;
	const coordinates = load(float32, inputs.train);
	const forward = createForwardPass(float32, network, coordinates, true);
	const backward = createBackwardPass(float32, forward, coordinates);
	const { features } = forward;
	const featureGradient = createSinglePrecisionReadout(
		engine,
		form ?? smallerForm(features.rows, features.columns),
		{
			features,
			targets: potential.targets,
			scale: network.readoutScale,
			noiseVariance: problem.noiseVariance,
		},
	);
	const roundedPosition = float32.allocate(position.length);
	const roundedGradient = float32.allocate(position.length);
	const evaluateGradient = () => {
		float32.fromDouble(position, roundedPosition);
		forward.run(roundedPosition);
		if (!featureGradient(backward.featureGradient)) return false;
		backward.run(roundedPosition, roundedGradient);
		float32.toDouble(roundedGradient, gradient);
		return true;
	};
	return {
		position,
		gradient,
		evaluateGradient,
		evaluate: () => (evaluateGradient() ? potential.energy() : Number.POSITIVE_INFINITY),
	};
}
