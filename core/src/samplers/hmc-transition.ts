import type { Engine, RandomState } from "@finitude/engine";
import { squaredNorm } from "./block-operations.ts";
import {
	type ChainPoint,
	createLayerCoordinates,
	type LayerShape,
	whitenedCoordinates,
} from "./coordinates.ts";
import { adapt, type StepSizeTuning, startTuning, stepSizeOf } from "./dual-averaging.ts";
import { createMassAdaptation, type MassTuning } from "./mass-adaptation.ts";
import { createNoUTurnTrajectory } from "./no-u-turn-trajectory.ts";
import type { StepInfo } from "./sampler.ts";
import { createScalarFunctions } from "./scalar-functions.ts";
import { createStaticTrajectory } from "./static-trajectory.ts";
import { type Force, integrate } from "./trajectory.ts";

/** A point of the chain and the tuning; plain data. */
export interface HmcState extends ChainPoint {
	readonly tuning: StepSizeTuning;
	/** Present where the mass is adapted. */
	readonly mass?: MassTuning;
}

/** Of one HMC transition. */
export interface HmcInfo extends StepInfo {
	readonly stepSize: number;
	readonly gradientEvaluations: number;
}

/** How the chain moves. */
export interface HmcSettings {
	readonly trajectory: "static" | "nuts";
	/** Doublings of a nuts trajectory at most. */
	readonly maxTreeDepth: number;
	/** The layers whose metrics are adapted within so many steps of warm-up; without it the mass is the identity. */
	readonly mass?: { readonly layers: readonly LayerShape[]; readonly warmup: number };
}

/** A static trajectory, the identity as mass. */
export const DEFAULT_HMC_SETTINGS: HmcSettings = { trajectory: "static", maxTreeDepth: 9 };

/** A quarter turn under the prior: no longer step is taken. */
const LARGEST_STEP_SIZE = Math.PI / 2;

export interface HmcTransition {
	/** The chain at these weights, without tuning. Undefined where V is not finite. */
	pointAt(position: Float64Array): ChainPoint | undefined;
	/** The state at these weights with a step size of the right order. Undefined where V is not finite. Advances `stream`. */
	stateAt(position: Float64Array, stream: RandomState): HmcState | undefined;
	step(state: HmcState, stream: RandomState, warmingUp: boolean): { state: HmcState; info: HmcInfo };
}

/**
 * Hamiltonian Monte Carlo (Duane et al. 1987; Neal 2011, arXiv 1206.1901) on a standard normal prior and the potential V.
 * States are in the coordinates of the force, whatever metric their trajectories run in: they can be exchanged.
 */
export function createHmcTransition(
	engine: Engine,
	force: Force,
	{ trajectory: kind, maxTreeDepth, mass }: HmcSettings = DEFAULT_HMC_SETTINGS,
): HmcTransition {
	const { length } = force.position;
	const scalar = createScalarFunctions(engine);
	const trajectory =
		kind === "nuts"
			? createNoUTurnTrajectory(engine, length, maxTreeDepth, scalar)
			: createStaticTrajectory(engine, length, scalar);
	const whitened = whitenedCoordinates(force);
	const scaled = mass && createLayerCoordinates(engine, force, mass.layers);
	const adaptation = mass && createMassAdaptation(engine, mass.layers, mass.warmup);
	const momentum = engine.allocate(length);

	const coordinatesOf = ({ mass: known }: HmcState) => {
		if (scaled === undefined || known?.factors === undefined) return whitened;
		scaled.use(known.factors);
		return scaled;
	};

	/** Doubles or halves until the acceptance of one leapfrog step crosses 1/2 (Hoffman and Gelman 2014, algorithm 4). */
	const reasonableStepSize = (point: ChainPoint, stream: RandomState) => {
		const kinetic = () => (squaredNorm(force.position) + squaredNorm(momentum)) / 2;
		const accepts = (angle: number) => {
			engine.fillNormal(stream, momentum);
			const before = whitened.enter(point) + kinetic();
			return integrate(force, momentum, angle, 1) + kinetic() - before < Math.LN2;
		};
		let angle = LARGEST_STEP_SIZE / 4;
		const grows = accepts(angle);
		while (angle > 1e-12 && angle < LARGEST_STEP_SIZE && accepts(grows ? 2 * angle : angle) === grows) {
			angle = grows ? 2 * angle : angle / 2;
		}
		return angle;
	};

	const pointAt = (weights: Float64Array) => {
		force.position.data.set(weights);
		const energy = force.evaluate();
		return Number.isFinite(energy) ? whitened.leave(energy) : undefined;
	};

	/** The tuning after a step of warm-up: a new metric starts the step size afresh from its average so far. */
	const adapted = ({ tuning, mass: known }: HmcState, point: ChainPoint, acceptance: number) => {
		const stepSize = adapt(tuning, acceptance, scalar);
		if (adaptation === undefined || known === undefined) return { tuning: stepSize };
		const metric = adaptation.update(known, point);
		if (metric.factors === known.factors) return { tuning: stepSize, mass: metric };
		const restarted = startTuning(stepSizeOf(stepSize, false, scalar), LARGEST_STEP_SIZE, scalar);
		return { tuning: restarted, mass: metric };
	};

	return {
		pointAt,
		stateAt(weights, stream) {
			const start = pointAt(weights);
			if (start === undefined) return undefined;
			const tuning = startTuning(reasonableStepSize(start, stream), LARGEST_STEP_SIZE, scalar);
			return { ...start, tuning, ...(adaptation && { mass: adaptation.start() }) };
		},
		step(state, stream, warmingUp) {
			const stepSize = stepSizeOf(state.tuning, warmingUp, scalar);
			const outcome = trajectory.sample(coordinatesOf(state), state, stepSize, stream);
			const { point, ...info } = outcome;
			const { position, energy, gradient } = point;
			const { tuning, mass: known } = state;
			const next = warmingUp
				? adapted(state, point, info.acceptance)
				: { tuning, ...(known && { mass: known }) };
			return { state: { position, energy, gradient, ...next }, info: { ...info, stepSize } };
		},
	};
}
