/** The deep limit: equations (3) and (4) of docs/analyses/residual-scaling.md. */
import type { Engine } from "@finitude/engine";
import { brentRoot } from "../../theories/root-finding.ts";
import { extrapolatedStep } from "./extrapolated-step.ts";
import { largestVariance, type PairCovariance, type ResidualBranch } from "./pair-recursion.ts";
import { flow, growthExcess } from "./response-slope.ts";

export interface ContinuumScale {
	/** s* = rho*^2 L; where no optimum was found, the s that was reached. */
	readonly depthTimesScaleSquared: number;
	/** There. */
	readonly output: PairCovariance;
	readonly found: boolean;
	/** Steps of the integration and of the root. */
	readonly iterations: number;
	/** |left - right side| of (4) over its left side. */
	readonly residual: number;
}

/** Of one step, relative; rounding in the extrapolation is some 1e-14. */
const STEP_TOLERANCE = 1e-13;
/** Order of the error estimate of a step. */
const ERROR_ORDER = 11;
/** Some ten steps lead to an optimum; steps grow with s. */
const MAX_STEPS = 500;
/** Of closed forms: far beyond any optimum of an activation that saturates. */
const LARGEST_VARIANCE = 1e8;

/**
 * Integrates (3) from s = 0 until the sides of (4) are equal, which is decided at every step and refined within the last one
 * by Brent's method. s* = 0 where the right side is the larger one from the start.
 */
export function continuumScale(
	engine: Engine,
	branch: ResidualBranch,
	start: PairCovariance,
): ContinuumScale {
	const derivative = (state: readonly number[]) => {
		const { first, second, cross } = flow(engine, branch, covarianceOf(state));
		return [first, second, cross];
	};
	const excess = (state: readonly number[]) => growthExcess(engine, branch, covarianceOf(state));
	const limit = Math.min(LARGEST_VARIANCE, largestVariance(branch, start));
	let state: readonly number[] = [start.first, start.second, start.cross];
	let s = 0;
	const at = (found: boolean, iterations: number, residual: number): ContinuumScale => ({
		depthTimesScaleSquared: s,
		output: covarianceOf(state),
		found,
		iterations,
		residual,
	});
	let left = excess(state);
	if (left <= 0) return at(true, 0, 0);
	let h = state[0]! / derivative(state)[0]! / 4;
	for (let steps = 1; steps <= MAX_STEPS; steps++) {
		const { value, error } = extrapolatedStep(derivative, state, h);
		const growth = 0.9 * (STEP_TOLERANCE / error) ** (1 / ERROR_ORDER);
		if (!(error <= STEP_TOLERANCE)) {
			h *= Number.isNaN(growth) ? 0.1 : Math.max(0.1, growth);
			continue;
		}
		const next = excess(value);
		if (next <= 0) {
			const partial = (length: number) => excess(extrapolatedStep(derivative, state, length).value);
			const root = brentRoot((length) => (length === 0 ? left : partial(length)), 0, h);
			state = extrapolatedStep(derivative, state, root.x).value;
			s += root.x;
			return at(true, steps + root.iterations, Math.abs(excess(state)));
		}
		[state, left] = [value, next];
		s += h;
		if (Math.max(state[0]!, state[1]!) > limit) return at(false, steps, left);
		h *= Math.min(4, growth);
	}
	return at(false, MAX_STEPS, left);
}

function covarianceOf([first, second, cross]: readonly number[]): PairCovariance {
	return { first: first!, second: second!, cross: cross! };
}
