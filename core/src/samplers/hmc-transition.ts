import type { Engine, RandomState } from "@finitude/engine";
import { squaredNorm } from "./block-operations.ts";
import { adapt, type StepSizeTuning, startTuning, stepSizeOf } from "./dual-averaging.ts";
import type { StepInfo } from "./sampler.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import { type Force, integrate } from "./trajectory.ts";

/** A point of the chain with what the next transition needs; plain data. */
export interface HmcState {
	/** Whitened hidden weights. */
	readonly position: Float64Array;
	/** V there. */
	readonly energy: number;
	/** dV/dw there. */
	readonly gradient: Float64Array;
	readonly tuning: StepSizeTuning;
}

/** Of one HMC transition. */
export interface HmcInfo extends StepInfo {
	readonly stepSize: number;
	readonly gradientEvaluations: number;
}

/**
 * Mean integration time. A Gaussian posterior as wide as the prior turns by this angle: a quarter turn makes the next draw
 * independent of the last, for linear and quadratic observables alike. Jittered uniformly by half of it each way, so that
 * no frequency resonates.
 */
export const INTEGRATION_TIME = Math.PI / 2;

/** Longest trajectory; a step size so small that this binds shortens the integration time. */
export const MAX_LEAPFROG_STEPS = 512;

/** Energy errors above this are divergences: the integrator left the typical set. */
export const DIVERGENCE_THRESHOLD = 1000;

export interface HmcTransition {
	/** The chain at these weights, without tuning. Undefined where V is not finite. */
	pointAt(position: Float64Array): Omit<HmcState, "tuning"> | undefined;
	/** The state at these weights with a step size of the right order. Undefined where V is not finite. Advances `stream`. */
	stateAt(position: Float64Array, stream: RandomState): HmcState | undefined;
	step(state: HmcState, stream: RandomState, warmingUp: boolean): { state: HmcState; info: HmcInfo };
}

/** Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011, arXiv 1206.1901) on a standard normal prior and the potential V. */
export function createHmcTransition(engine: Engine, force: Force): HmcTransition {
	const { position, gradient } = force;
	const momentum = engine.allocate(position.length);
	const uniforms = engine.allocate(2);
	const scalar = createScalarFunctions(engine);
	const kinetic = () => (squaredNorm(position) + squaredNorm(momentum)) / 2;

	const restore = (state: Pick<HmcState, "position" | "gradient">) => {
		position.data.set(state.position);
		gradient.data.set(state.gradient);
	};

	/** Energy error of a trajectory from the current point; the momentum must be set. */
	const energyErrorOf = (energy: number, angle: number, steps: number) => {
		const start = energy + kinetic();
		const end = integrate(force, momentum, angle, steps);
		const error = end + kinetic() - start;
		return { end, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error };
	};

	/** Doubles or halves until the acceptance of one leapfrog step crosses 1/2 (Hoffman and Gelman 2014, algorithm 4). */
	const reasonableStepSize = (state: Omit<HmcState, "tuning">, stream: RandomState) => {
		const accepts = (angle: number) => {
			restore(state);
			engine.fillNormal(stream, momentum);
			return energyErrorOf(state.energy, angle, 1).error < Math.LN2;
		};
		let angle = INTEGRATION_TIME / 4;
		const grows = accepts(angle);
		while (angle > 1e-12 && angle < INTEGRATION_TIME && accepts(grows ? 2 * angle : angle) === grows) {
			angle = grows ? 2 * angle : angle / 2;
		}
		return angle;
	};

	const pointAt = (weights: Float64Array) => {
		position.data.set(weights);
		const energy = force.evaluate();
		if (!Number.isFinite(energy)) return undefined;
		return { position: weights.slice(), energy, gradient: gradient.data.slice() };
	};

	return {
		pointAt,
		stateAt(weights, stream) {
			const start = pointAt(weights);
			if (start === undefined) return undefined;
			return { ...start, tuning: startTuning(reasonableStepSize(start, stream), INTEGRATION_TIME, scalar) };
		},
		step(state, stream, warmingUp) {
			const stepSize = stepSizeOf(state.tuning, warmingUp, scalar);
			restore(state);
			engine.fillNormal(stream, momentum);
			engine.fillUniform(stream, uniforms);
			const time = INTEGRATION_TIME * (0.5 + uniforms.data[0]!);
			const needed = Math.ceil(time / stepSize);
			const steps = Math.min(needed, MAX_LEAPFROG_STEPS);
			const angle = steps < needed ? stepSize : time / steps;
			const { end, error } = energyErrorOf(state.energy, angle, steps);
			// exp(-700) is 1e-304: nothing is accepted beyond.
			const acceptance = error > 700 ? 0 : error > 0 ? scalar.exp(-error) : 1;
			const accepted = uniforms.data[1]! < acceptance;
			const tuning = warmingUp ? adapt(state.tuning, acceptance, scalar) : state.tuning;
			const next = accepted
				? { position: position.data.slice(), energy: end, gradient: gradient.data.slice() }
				: { position: state.position, energy: state.energy, gradient: state.gradient };
			return {
				state: { ...next, tuning },
				info: {
					acceptance,
					divergent: error > DIVERGENCE_THRESHOLD,
					energyError: error,
					stepSize,
					gradientEvaluations: steps,
					shortened: steps < needed,
				},
			};
		},
	};
}
