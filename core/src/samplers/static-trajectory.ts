import type { Engine } from "@finitude/engine";
import { squaredNorm } from "./block-operations.ts";
import type { ScalarFunctions } from "./scalar-functions.ts";
import { DIVERGENCE_THRESHOLD, integrate, type Trajectory } from "./trajectory.ts";

/**
 * Mean integration time, jittered uniformly by half of it each way, so that no frequency resonates. The longest, a quarter
 * turn, would make the next draw independent of the last in a posterior as wide as the prior; the shorter ones give more
 * effective draws a gradient (docs/samplers/hmc.md, "Choices").
 */
export const INTEGRATION_TIME = Math.PI / 3;

/** Longest trajectory; a step size so small that this binds shortens the integration time. */
export const MAX_LEAPFROG_STEPS = 512;

/** min(1, exp(-error)). */
export function acceptanceOf(energyError: number, { exp }: ScalarFunctions): number {
	// exp(-700) is 1e-304: nothing is accepted beyond.
	return energyError > 700 ? 0 : energyError > 0 ? exp(-energyError) : 1;
}

/**
 * A trajectory of random length whose end is accepted or rejected (Duane et al. 1987; Neal 2011, arXiv 1206.1901).
 *
 * @param length entries of the position
 */
export function createStaticTrajectory(engine: Engine, length: number, scalar: ScalarFunctions): Trajectory {
	const momentum = engine.allocate(length);
	const uniforms = engine.allocate(2);
	return {
		sample(coordinates, from, stepSize, stream) {
			const { force } = coordinates;
			engine.fillNormal(stream, momentum);
			engine.fillUniform(stream, uniforms);
			const kinetic = () => (squaredNorm(force.position) + squaredNorm(momentum)) / 2;
			const time = INTEGRATION_TIME * (0.5 + uniforms.data[0]!);
			const needed = Math.ceil(time / stepSize);
			const steps = Math.min(needed, MAX_LEAPFROG_STEPS);
			const angle = steps < needed ? stepSize : time / steps;
			const before = coordinates.enter(from) + kinetic();
			const end = integrate(force, momentum, angle, steps);
			const error = end + kinetic() - before;
			const energyError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
			const acceptance = acceptanceOf(energyError, scalar);
			return {
				point: uniforms.data[1]! < acceptance ? coordinates.leave(end) : from,
				acceptance,
				divergent: energyError > DIVERGENCE_THRESHOLD,
				energyError,
				gradientEvaluations: steps,
				shortened: steps < needed,
			};
		},
	};
}
