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

/**
 * The error that averages over nodes (random points, or a grid) leave in what an answer says: of each quantity the largest standard
 * error of an entry, or the largest change by the last refinement of a grid. What is absent is not known.
 */
export interface IntegrationErrors {
	/** Of the means at the training and test points. */
	readonly mean?: number;
	/** Of the variances at the same points. */
	readonly variance?: number;
	/** Of the output kernel. */
	readonly kernel?: number;
	readonly logEvidence?: number;
	/** How the errors of the entries go together; left out of JSON. */
	readonly deviations?: IntegrationDeviations;
}

/**
 * Lists d_k of as many numbers as the quantity has entries, row-major, one for each independent set of nodes: a projection w.x has the
 * standard error sqrt(sum_k (w.d_k)^2). Of a grid the one list of what its last refinement changed.
 */
export interface IntegrationDeviations {
	/** At the training points, then at the test points. */
	readonly mean?: readonly Float64Array[];
	/** Likewise. */
	readonly variance?: readonly Float64Array[];
	readonly kernel?: readonly Float64Array[];
}

/** What theories and samplers say besides means and variances. */
interface Posterior {
	readonly logEvidence?: number;
	readonly kernels: Readonly<Record<string, KernelQuantity>>;
	/** Why a quantity named in the contract is not here: { logEvidence: "reason" }. */
	readonly absent: Readonly<Record<string, string>>;
	readonly validity: readonly ValidityNote[];
	readonly convergence: Convergence;
}

/** What a theory says of the posterior of the noise-free output f. Means and variances carry no kappa. */
export interface Answer extends Posterior {
	readonly theory: string;
	/**
	 * P x D. Means are missing only where the equations were not solved; a theory may give means and no variances. What is
	 * missing at the training points is missing at the test points, with its reason under `absent` by both names.
	 */
	readonly trainMean?: Matrix;
	readonly trainVariance?: Matrix;
	/** P* x D, where the problem has test inputs. */
	readonly testMean?: Matrix;
	readonly testVariance?: Matrix;
	/** P x P and P* x P*, on request, where one covariance over points holds for every output. */
	readonly trainCovariance?: Matrix;
	readonly testCovariance?: Matrix;
	/** P* matrices, D x D each, where the outputs covary. */
	readonly testOutputCovariance?: readonly Matrix[];
	readonly orderParameters: Readonly<Record<string, OrderParameter>>;
	/** Where averages were taken over nodes; empty where their error is not known. Without it nothing was, and nothing is left to know. */
	readonly integrationErrors?: IntegrationErrors;
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
	/** Of weighted draws: (sum of weights)^2 / sum of squared weights, over all chains. */
	readonly effectiveSampleSize?: number;
	/** Of weighted draws: Pareto k-hat of the weights; at most 0.7 for averages to be trusted. */
	readonly paretoShape?: number;
	readonly seed: number;
}

/** What the sampled real network says, with a Monte-Carlo standard error beside every estimate. */
export interface SampledAnswer extends Posterior {
	readonly sampler: string;
	/** P x D, of the noise-free output f: no kappa in it. */
	readonly trainMean: Matrix;
	readonly trainMeanStandardError: Matrix;
	readonly trainVariance: Matrix;
	readonly trainVarianceStandardError: Matrix;
	/** P* x D, where the problem has test inputs. */
	readonly testMean?: Matrix;
	readonly testMeanStandardError?: Matrix;
	readonly testVariance?: Matrix;
	readonly testVarianceStandardError?: Matrix;
	/** `output`, and for each layer `preactivation` and `feature`: (1/N) sum of h h^T and of phi phi^T over the units. */
	readonly kernelStandardErrors: Readonly<Record<string, KernelQuantity>>;
	/** `Sigma`: (1/N) sum of w w^T over the units of the first layer, its bias as the last row and column. */
	readonly orderParameters: Readonly<Record<string, OrderParameter>>;
	readonly orderParameterStandardErrors: Readonly<Record<string, OrderParameter>>;
	readonly logEvidenceStandardError?: number;
	/** P x P and P* x P*, on request, for one output. */
	readonly trainCovariance?: Matrix;
	readonly trainCovarianceStandardError?: Matrix;
	readonly testCovariance?: Matrix;
	readonly testCovarianceStandardError?: Matrix;
	/** P* matrices, D x D each, with several outputs. */
	readonly testOutputCovariance?: readonly Matrix[];
	readonly testOutputCovarianceStandardError?: readonly Matrix[];
	/** One for each layer, in order. */
	readonly preactivations: readonly PreactivationLaw[];
	/** Over the test points, where there are test targets. */
	readonly generalizationError?: GeneralizationError;
	readonly diagnostics: SamplerDiagnostics;
}

/** The law of a layer's pre-activations over units and draws, at the training points. */
export interface PreactivationLaw {
	/** One row for each training point, one column for each position. A Gaussian has 0. */
	readonly skewness?: Matrix;
	readonly skewnessStandardError?: Matrix;
	readonly excessKurtosis?: Matrix;
	readonly excessKurtosisStandardError?: Matrix;
	/** Averages of the above over points and positions. */
	readonly meanSkewness?: number;
	readonly meanSkewnessStandardError?: number;
	readonly meanExcessKurtosis?: number;
	readonly meanExcessKurtosisStandardError?: number;
	/** Of all pre-activations, each divided by its prior standard deviation. */
	readonly histogram?: Histogram;
}

export interface Histogram {
	/** bins + 1 of them. */
	readonly edges: readonly number[];
	/** Integrates to 1 - below - above. */
	readonly density: readonly number[];
	readonly densityStandardError?: readonly number[];
	/** Fractions outside the edges. */
	readonly below: number;
	readonly above: number;
}

/** E (f* - y*)^2 averaged over test points and outputs = bias^2 + variance. */
export interface GeneralizationError {
	readonly total: number;
	readonly totalStandardError: number;
	/** Mean of (E f* - y*)^2. */
	readonly biasSquared: number;
	readonly biasSquaredStandardError: number;
	/** Mean of Var f*. */
	readonly variance: number;
	readonly varianceStandardError: number;
}
