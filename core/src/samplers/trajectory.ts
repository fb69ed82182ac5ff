import type { Block, RandomState } from "@finitude/engine";
import type { ChainPoint, Coordinates } from "./coordinates.ts";
import type { Potential } from "./potential.ts";
import { rotationBy } from "./scalar-functions.ts";

/** What a trajectory needs of a potential. */
export interface Force extends Pick<Potential, "position" | "gradient" | "evaluate"> {
	/** Fills `gradient` with the same numbers as `evaluate`, where V costs extra; false when V is not finite. */
	evaluateGradient?(): boolean;
}

/** Energy errors above this are divergences: the integrator left the typical set. */
export const DIVERGENCE_THRESHOLD = 1000;

/** A rule that draws the next point of a chain along the motion from the present one, leaving exp(-V - |w|^2/2) invariant. */
export interface Trajectory {
	/** Draws the momentum too; advances `stream`. */
	sample(coordinates: Coordinates, from: ChainPoint, stepSize: number, stream: RandomState): Outcome;
}

/** What a trajectory led to. */
export interface Outcome {
	/** `from` itself where nothing else was accepted. */
	readonly point: ChainPoint;
	/** Mean acceptance probability: what the step size is tuned by. */
	readonly acceptance: number;
	readonly divergent: boolean;
	/** Energy error of the proposal, or of the point drawn. */
	readonly energyError: number;
	readonly gradientEvaluations: number;
	/** The limit on steps ended the trajectory. */
	readonly shortened: boolean;
}

/**
 * A leapfrog trajectory of the Hamiltonian V(w) + |w|^2/2 + |p|^2/2: half a kick by V, an exact rotation of (w, p) by
 * `angle`, half a kick, `steps` times. `position`, `momentum` and `gradient` are advanced in place; `gradient` must be
 * current at the start. Returns V at the end, or Infinity as soon as V is not finite.
 *
 * The Gaussian prior is thus integrated without error, and the step size is set by the likelihood alone, not by the number
 * of weights. Reversible, volume-preserving, second order: Beskos, Pinski, Sanz-Serna, Stuart 2011, Stochastic Processes
 * and their Applications 121:2201 (Hilbert-space HMC); Shahbaba, Lan, Johnson, Neal 2014 (arXiv 1106.5941).
 */
export function integrate(force: Force, momentum: Block, angle: number, steps: number): number {
	if (steps < 1) throw new RangeError(`integrate: wanted at least one step; got ${steps}.`);
	const { cosine, sine } = rotationBy(angle);
	kick(momentum, force.gradient, angle / 2);
	for (let step = 1; step < steps; step++) {
		rotate(force.position, momentum, cosine, sine);
		if (!(force.evaluateGradient?.() ?? Number.isFinite(force.evaluate()))) return Number.POSITIVE_INFINITY;
		kick(momentum, force.gradient, angle);
	}
	rotate(force.position, momentum, cosine, sine);
	const energy = force.evaluate();
	if (!Number.isFinite(energy)) return Number.POSITIVE_INFINITY;
	kick(momentum, force.gradient, angle / 2);
	return energy;
}

function kick(momentum: Block, gradient: Block, time: number): void {
	const p = momentum.data;
	const g = gradient.data;
	for (let i = 0; i < p.length; i++) p[i]! -= time * g[i]!;
}

function rotate(position: Block, momentum: Block, cosine: number, sine: number): void {
	const w = position.data;
	const p = momentum.data;
	for (let i = 0; i < w.length; i++) {
		const x = w[i]!;
		const y = p[i]!;
		w[i] = cosine * x + sine * y;
		p[i] = cosine * y - sine * x;
	}
}
