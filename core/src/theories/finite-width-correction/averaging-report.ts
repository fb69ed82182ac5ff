/** What is to be said of the averages behind a correction. */
import type {
	Convergence,
	IntegrationDeviations,
	IntegrationErrors,
	ValidityNote,
} from "../../answer/answer.ts";
import { InputError } from "../../errors.ts";
import { closedForm } from "../predictions.ts";
import type { Correction } from "./correction.ts";

/** A correction and how far its averages can be trusted. */
export interface FirstOrder {
	readonly correction: Correction;
	/** Of averages over nodes, where there are some. */
	readonly errors?: IntegrationErrors;
	readonly notes: readonly ValidityNote[];
	readonly convergence: Convergence;
}

/** The largest error estimates, absolute. */
export interface AveragingError {
	readonly rule: "sobol" | "trapezoid";
	readonly points: number;
	readonly mean: number;
	readonly variance: number;
	/** Of the shift of the output kernel. */
	readonly kernel: number;
	readonly deviations: IntegrationDeviations;
}

/** Deviations of corrections as those of what the answer gives: of the variances, not of all covariances between outputs. */
export function correctionDeviations(deviations: readonly Correction[]): IntegrationDeviations {
	return {
		mean: deviations.map(({ mean }) => mean.data),
		variance: deviations.map(({ mean, outputCovariance }) => {
			const D = mean.columns;
			return mean.data.map((_, at) => outputCovariance.data[at * D + (at % D)]!);
		}),
		kernel: deviations.map(({ kernelShift }) => kernelShift.data),
	};
}

/** Above this the largest error of any point is no longer small beside the largest correction. */
const LARGEST_ERROR = 0.2;

/** Without averages: nothing to say. */
export function exactly(correction: Correction): FirstOrder {
	return { correction, notes: [], convergence: closedForm };
}

/** With the error as a fraction of the largest correction; not converged where that is above 0.2. */
export function averaged(correction: Correction, error: AveragingError | undefined): FirstOrder {
	if (!error) return exactly(correction);
	const mean = fraction(error.mean, correction.mean.data);
	const variance = fraction(error.variance, correction.outputCovariance.data);
	const value = Math.max(mean, variance);
	const estimate = error.rule === "sobol" ? "standard error" : "change by the last refinement";
	const note: ValidityNote = {
		name: "averagingError",
		value,
		message: `averages over the weights of a unit at ${error.points} ${error.rule === "sobol" ? "scrambled Sobol" : "grid"} points: the largest ${estimate} is ${error.mean.toExponential(1)} in the mean and ${error.variance.toExponential(1)} in the variance, ${mean.toExponential(1)} and ${variance.toExponential(1)} of the largest correction`,
	};
	const converged = value <= LARGEST_ERROR;
	return {
		correction,
		errors: {
			mean: error.mean,
			variance: error.variance,
			kernel: error.kernel,
			deviations: error.deviations,
		},
		notes: [note],
		convergence: {
			converged,
			iterations: 0,
			residual: value,
			...(!converged && {
				advice: `The averages err by ${value.toPrecision(2)} of the correction. Raise the option samples: the error falls at least as its inverse square root.`,
			}),
		},
	};
}

/** @throws InputError when there is no budget for averages that are needed. */
export function requireSamples(samples: number, activation: string): void {
	if (samples > 0) return;
	throw new InputError({
		where: "samples",
		wanted: `a number of points above 0: the four-point moments of ${activation} are not known in closed form here`,
		got: "0",
		advice: "The default is 65536.",
	});
}

/** Error over the largest correction; 0 where nothing is corrected. */
function fraction(error: number, correction: Float64Array): number {
	return error === 0 ? 0 : error / correction.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
