import type { Matrix } from "@finitude/engine";

/** P x P; or one per layer; or one per layer and position. */
export type KernelQuantity = Matrix | readonly (Matrix | readonly Matrix[])[];

/** A number that the data determine, one per layer, or a matrix over outputs or patches. */
export type OrderParameter = number | readonly number[] | Matrix;

/** Whether the equations were solved or the chains agree. */
export interface Convergence {
	readonly converged: boolean;
	readonly iterations: number;
	/** Largest absolute residual of the equations solved; 0 for closed forms. */
	readonly residual: number;
	/** What to try when it did not converge. */
	readonly advice?: string;
}

/** One fact about how far this answer can be trusted here. */
export interface ValidityNote {
	readonly name: string;
	readonly value: number | string;
	readonly message: string;
}

/** The posterior of the noise-free output f. Means and variances carry no kappa. */
interface Posterior {
	/** P x D. */
	readonly trainMean: Matrix;
	readonly trainVariance: Matrix;
	/** P* x D, present when the problem has test inputs. */
	readonly testMean?: Matrix;
	readonly testVariance?: Matrix;
	readonly logEvidence?: number;
	readonly kernels: Readonly<Record<string, KernelQuantity>>;
	/** Why a quantity named in the contract is not here: { logEvidence: "reason" }. */
	readonly absent: Readonly<Record<string, string>>;
	readonly validity: readonly ValidityNote[];
	readonly convergence: Convergence;
}

/** What a theory says. */
export interface Answer extends Posterior {
	readonly theory: string;
	/** P x P and P* x P*, on request, where one covariance over points holds for every output. */
	readonly trainCovariance?: Matrix;
	readonly testCovariance?: Matrix;
	/** P* matrices, D x D each, where the outputs covary. */
	readonly testOutputCovariance?: readonly Matrix[];
	readonly orderParameters: Readonly<Record<string, OrderParameter>>;
}

/** How far a sampled answer can be trusted; the worst observable counts. */
export interface SamplerDiagnostics {
	readonly chains: number;
	readonly draws: number;
	readonly warmup: number;
	/** Over all monitored observables: rank-normalized split R-hat. Absent, with the reason under `absent`, when none of
	 * them moves. */
	readonly maxRHat?: number;
	readonly minBulkEss?: number;
	readonly minTailEss?: number;
	readonly divergences: number;
	readonly acceptanceRate: number;
	/** Mean over chains of the adapted step size; absent for samplers without one. */
	readonly stepSize?: number;
	readonly seed: number;
}

/** What the sampled real network says, with a Monte-Carlo standard error beside every estimate. */
export interface SampledAnswer extends Posterior {
	readonly sampler: string;
	readonly trainMeanStandardError: Matrix;
	readonly trainVarianceStandardError: Matrix;
	readonly testMeanStandardError?: Matrix;
	readonly testVarianceStandardError?: Matrix;
	readonly kernelStandardErrors: Readonly<Record<string, KernelQuantity>>;
	readonly diagnostics: SamplerDiagnostics;
}
