import { seedStream } from "@finitude/engine";
import { InputError } from "../errors.ts";
import type { FullPotential } from "./full-potential.ts";
import type { LangevinDynamics } from "./langevin-dynamics.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/** The step size over the inverse of the largest curvature; explicit Euler steps are unstable beyond 2. */
export const STABLE_FRACTION = 0.2;

/** One reference network serves all chains, whatever their seeds: the step size belongs to the problem. */
const REFERENCE_SEED = 1;

// From the prior the stiffest directions relax within a few steps of 0.2 over their curvature, as the curvature itself does.
const ROUNDS = 10;
const STEPS_PER_ROUND = 20;
const ITERATIONS_PER_ROUND = 10;

/** Offset of the central differences of the gradient: weights are of order 1, gradients of order 1 to 1e3. */
const OFFSET = 1e-3;

/** A step size well inside the stable range, and what it was derived from. */
export interface StableStepSize {
	readonly stepSize: number;
	/** Largest eigenvalue seen of the Hessian of 1/2 |f - Y|^2 plus weight decay, in the weights of the network's definition. */
	readonly curvature: number;
}

/**
 * STABLE_FRACTION over the largest curvature along the start of a reference chain: power iteration on the Hessian, applied by
 * central differences of the gradient, at a network drawn from the prior and then every 20 steps up to 180.
 * @throws InputError when a curvature is not finite.
 */
export function stableStepSize(
	{ engine }: SamplingSpace,
	potential: FullPotential,
	dynamics: LangevinDynamics,
): StableStepSize {
	const stream = seedStream(REFERENCE_SEED);
	const outside = new Float64Array(dynamics.outside);
	engine.fillNormal(stream, potential.position);
	let direction: Float64Array = potential.position.data.slice();
	const directionOutside: Float64Array = outside.slice();
	let curvature = 0;
	for (let round = 0; round < ROUNDS; round++) {
		for (let iteration = 0; iteration < ITERATIONS_PER_ROUND; iteration++) {
			normalize(direction, directionOutside);
			direction = hessianProduct(potential, direction);
			dynamics.drift(direction, directionOutside);
		}
		curvature = Math.max(curvature, norm(direction, directionOutside));
		if (!Number.isFinite(curvature) || curvature === 0) throw refusal(curvature);
		if (round === ROUNDS - 1) break;
		for (let step = 0; step < STEPS_PER_ROUND; step++) {
			potential.evaluate();
			dynamics.step(STABLE_FRACTION / curvature, outside, stream);
		}
	}
	return { stepSize: STABLE_FRACTION / curvature, curvature };
}

/** The Hessian of U + |u|^2 / 2 at the potential's position times a unit vector. */
function hessianProduct(
	{ position, gradient, evaluate }: FullPotential,
	direction: Float64Array,
): Float64Array {
	const start = position.data.slice();
	const gradientAt = (offset: number) => {
		const u = position.data;
		for (let i = 0; i < u.length; i++) u[i] = start[i]! + offset * direction[i]!;
		evaluate();
		return gradient.data.slice();
	};
	const product = gradientAt(OFFSET);
	const below = gradientAt(-OFFSET);
	for (let i = 0; i < product.length; i++) {
		product[i] = (product[i]! - below[i]!) / (2 * OFFSET) + direction[i]!;
	}
	position.data.set(start);
	return product;
}

function norm(...parts: Float64Array[]): number {
	let square = 0;
	for (const part of parts) for (const x of part) square += x * x;
	return Math.sqrt(square);
}

function normalize(...parts: Float64Array[]): void {
	const length = norm(...parts);
	for (const part of parts) for (let i = 0; i < part.length; i++) part[i]! /= length;
}

function refusal(curvature: number): InputError {
	return new InputError({
		where: "sampling.options.stepSize",
		wanted: "a number, for this problem",
		got: '"auto"',
		advice: `The curvature of the loss near the prior came out as ${curvature}: give the step size yourself.`,
	});
}
