import { brentRoot } from "../../theories/root-finding.ts";

/** Features by the eigenvalues of their covariance, and a target by its best linear readout in the eigenbasis. */
export interface FeatureTask {
	/** omega_j > 0, all of them: N_out numbers. */
	readonly spectrum: Float64Array;
	/** t_j. */
	readonly teacher: Float64Array;
	/** e_min >= 0, the power of the target that no readout explains. */
	readonly unexplained: number;
}

/** Errors of a readout that was fitted to P samples; symbols as on docs/analyses/generalization-gap.md. */
export interface ReadoutErrors {
	/** e_g: population error. */
	readonly testError: number;
	/** e_t: training error of one sample. */
	readonly trainError: number;
	/** df1. */
	readonly degreesOfFreedom: number;
	/** (e_g - e_t) / e_g. */
	readonly relativeGap: number;
}

/** Their names, in the order of tables. */
export const READOUT_ERRORS = [
	"testError",
	"trainError",
	"degreesOfFreedom",
	"relativeGap",
] as const satisfies readonly (keyof ReadoutErrors)[];

export interface SolvedReadout {
	readonly errors: ReadoutErrors;
	readonly iterations: number;
	/** |P - df1 - lambda/tau| / P. */
	readonly residual: number;
}

/**
 * Equations (1) to (4): training and test error of ridge regression on Gaussian features, exact as P and N_out go to infinity
 * together.
 *
 * @param samples P > 0; need not be an integer
 * @param ridge lambda >= 0, and above 0 where P = N_out
 */
export function solveReadout(task: FeatureTask, samples: number, ridge: number): SolvedReadout {
	const { spectrum, teacher, unexplained } = task;
	const count = spectrum.length;
	if (count === 0 || (ridge === 0 && samples > count)) {
		return { errors: ridgelessErrors(count, unexplained, samples), iterations: 0, residual: 0 };
	}
	const { tau, iterations } = effectiveRidge(spectrum, samples, ridge);
	let [df1, unfilled, missed] = [0, 0, 0];
	spectrum.forEach((omega, j) => {
		const share = omega / (omega + tau);
		const rest = tau / (omega + tau);
		df1 += share;
		unfilled += share * rest;
		missed += (teacher[j]! * rest) ** 2 * omega;
	});
	// P - df1 is lambda/tau, and P - df2 that and df1 - df2: differences of nearly equal numbers are never taken.
	const slack = ridge / tau;
	const testError = ((unexplained + missed) * samples) / (slack + unfilled);
	return {
		errors: {
			testError,
			trainError: testError * (slack / samples) ** 2,
			degreesOfFreedom: df1,
			relativeGap: gaussianGap(df1, samples),
		},
		iterations,
		residual: Math.abs(samples - df1 - slack) / samples,
	};
}

/** tau = 0: all that a readout can learn is learned, and the rest is noise. N_out < P. */
export function ridgelessErrors(featureCount: number, unexplained: number, samples: number): ReadoutErrors {
	const left = 1 - featureCount / samples;
	return {
		testError: unexplained / left,
		trainError: unexplained * left,
		degreesOfFreedom: featureCount,
		relativeGap: gaussianGap(featureCount, samples),
	};
}

/** 1 - (1 - df1/P)^2 of (4), its right side for df1 = N_out. */
export function gaussianGap(degreesOfFreedom: number, samples: number): number {
	const share = degreesOfFreedom / samples;
	return share * (2 - share);
}

/**
 * tau of (1) by Brent's method in its logarithm. The right side of (1) falls with tau, and lies between the bracket's ends
 * whatever the spectrum; the factors 2 keep rounding from moving an end across the root.
 */
function effectiveRidge(
	spectrum: Float64Array,
	samples: number,
	ridge: number,
): { tau: number; iterations: number } {
	const count = spectrum.length;
	const total = spectrum.reduce((sum, omega) => sum + omega, 0);
	const smallest = spectrum.reduce((least, omega) => Math.min(least, omega), Number.POSITIVE_INFINITY);
	const low = ridge > 0 ? ridge / samples : (smallest * (count - samples)) / samples;
	const high = (ridge + total) / samples;
	const excess = (logTau: number) => {
		const tau = Math.exp(logTau);
		let sum = ridge / tau - samples;
		for (const omega of spectrum) sum += omega / (omega + tau);
		return sum;
	};
	const { x, iterations } = brentRoot(excess, Math.log(low / 2), Math.log(2 * high));
	return { tau: Math.exp(x), iterations };
}
