/**
 * Step-size adaptation by dual averaging (Hoffman and Gelman 2014, JMLR 15:1593, arXiv 1111.4246, section 3.2.1, equation 6):
 * the logarithm of the step size is driven until the mean acceptance probability is a target, and its weighted average is
 * the step size after warm-up.
 */
import type { ScalarFunctions } from "./scalar-functions.ts";

/**
 * The default target. Effective draws a gradient peak at a mean acceptance of 0.75 to 0.8 for smooth activations and 0.55 to
 * 0.65 for relu; the averaged step size comes out a little cautious, about 0.05 above the target.
 */
export const TARGET_ACCEPTANCE = 0.7;

// The constants of the paper: gamma, t0 and the exponent kappa = 3/4 of the averaging weights.
const SHRINKAGE = 0.05;
const DELAY = 10;

export interface StepSizeTuning {
	/** Number of adaptations so far. */
	readonly count: number;
	/** The step size to use while warming up. */
	readonly stepSize: number;
	/** The weighted average of its logarithm: the step size after warm-up. */
	readonly averageLogStepSize: number;
	/** The weighted average of target - acceptance. */
	readonly averageShortfall: number;
	/** The point towards which the log step size is shrunk. */
	readonly anchor: number;
	/** Step sizes above this are never used. */
	readonly largest: number;
	/** The mean acceptance probability aimed at. */
	readonly target: number;
}

/** Tuning that begins at a given step size. */
export function startTuning(
	stepSize: number,
	largest: number,
	{ log }: ScalarFunctions,
	target = TARGET_ACCEPTANCE,
): StepSizeTuning {
	const start = Math.min(stepSize, largest);
	return {
		count: 0,
		stepSize: start,
		averageLogStepSize: log(start),
		averageShortfall: 0,
		anchor: log(10 * start),
		largest,
		target,
	};
}

/** One adaptation after a transition with this acceptance probability. */
export function adapt(
	tuning: StepSizeTuning,
	acceptance: number,
	{ exp, log }: ScalarFunctions,
): StepSizeTuning {
	const count = tuning.count + 1;
	const weight = 1 / (count + DELAY);
	const averageShortfall = (1 - weight) * tuning.averageShortfall + weight * (tuning.target - acceptance);
	const free = tuning.anchor - (Math.sqrt(count) / SHRINKAGE) * averageShortfall;
	const logStepSize = Math.min(free, log(tuning.largest));
	const averaging = 1 / (Math.sqrt(count) * Math.sqrt(Math.sqrt(count)));
	return {
		...tuning,
		count,
		stepSize: exp(logStepSize),
		averageLogStepSize: averaging * logStepSize + (1 - averaging) * tuning.averageLogStepSize,
		averageShortfall,
	};
}

/** The step size to use: the current one while warming up, the averaged one afterwards. */
export function stepSizeOf(tuning: StepSizeTuning, warmingUp: boolean, { exp }: ScalarFunctions): number {
	return warmingUp ? tuning.stepSize : exp(tuning.averageLogStepSize);
}
