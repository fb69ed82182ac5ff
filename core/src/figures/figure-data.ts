/** What the figures draw: plain arrays, so that any source of numbers can be drawn. */

/** Relative distance of one quantity of a theory from the sampled network's: |theory - sampled| / |sampled|. */
export interface Distance {
	/** Finite and not negative. */
	readonly value: number;
	/** Monte-Carlo standard error of the value. */
	readonly standardError?: number;
}

/** The quantities of the summary panel, in the order they are drawn. */
export interface Distances {
	readonly mean?: Distance;
	readonly variance?: Distance;
	readonly kernel?: Distance;
}

/** One theory's prediction at the P* test points, one output. */
export interface TheorySeries {
	readonly id: string;
	readonly label: string;
	/** P*: posterior mean of f. */
	readonly mean: ArrayLike<number>;
	/** P*: posterior variance of f; left out by a theory that gives none, whose mean is drawn without a band. */
	readonly variance?: ArrayLike<number>;
	readonly distances?: Distances;
	/** False is said in the legend. */
	readonly converged: boolean;
}

/** The sampled network at the P* test points, one output. */
export interface SampledSeries {
	readonly label: string;
	readonly mean: ArrayLike<number>;
	readonly meanStandardError: ArrayLike<number>;
	readonly variance: ArrayLike<number>;
	readonly varianceStandardError: ArrayLike<number>;
	/**
	 * Relative distance from the exact posterior that Monte-Carlo error alone explains, per quantity:
	 * sqrt(sum of squared standard errors) / |sampled|. A theory cannot be seen to be closer than that.
	 */
	readonly noiseFloor?: { readonly mean?: number; readonly variance?: number; readonly kernel?: number };
	/** False is said in the legend. */
	readonly converged: boolean;
}

/** One question, what theories predict, and what the sampled network does. */
export interface ComparisonFigureData {
	readonly title: string;
	readonly subtitle: string;
	/** Which points the P* points are, for a problem without test points; "test" when left out. */
	readonly points?: "test" | "training";
	/** The output drawn, counted from 0, and how many there are; left out when there is one. */
	readonly output?: { readonly index: number; readonly count: number };
	/** P*, when inputs are numbers (d = 1): they become the horizontal axis. */
	readonly testInputs?: ArrayLike<number>;
	/** P*. */
	readonly testTargets?: ArrayLike<number>;
	/** P numbers each, drawn when `testInputs` is given. */
	readonly training?: { readonly inputs: ArrayLike<number>; readonly targets: ArrayLike<number> };
	/** Left out when nothing was sampled: differences are then from the first theory. */
	readonly sampled?: SampledSeries;
	/** One or more, the baseline first. */
	readonly theories: readonly TheorySeries[];
	/** Labels of theories that gave no mean, so that nothing of them can be drawn: the legend says so. */
	readonly withoutMean?: readonly string[];
}

/** Kernels of one set of P points, drawn side by side on one color scale. */
export interface KernelsFigureData {
	readonly title: string;
	readonly subtitle: string;
	/** P: the number of points. */
	readonly size: number;
	/** P: the point drawn in each row and column; points in their own order when left out. */
	readonly order?: ArrayLike<number>;
	/** What the order is: "training point, sorted by target". */
	readonly axisLabel: string;
	/** P x P, row-major: for example the prior's, a theory's and the sampled one. */
	readonly panels: readonly { readonly label: string; readonly kernel: ArrayLike<number> }[];
}
