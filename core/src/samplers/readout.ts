import type { Block, Engine, View } from "@finitude/engine";
import { createFeatureSpaceReadout } from "./feature-space-readout.ts";
import { createPointSpaceReadout } from "./point-space-readout.ts";

/**
 * The Gaussian readout integrated out, given the last features F (M x P, the bias as a constant feature):
 * A = c F^T F + kappa I and V = (D/2) log det A + (1/2) tr Y^T A^-1 Y, so that p(Y | F) is proportional to exp(-V).
 */
export interface IntegratedReadout {
	/** Another kappa > 0 from the next `energy` on; that of the problem until then. */
	setNoiseVariance(noiseVariance: number): void;
	/**
	 * V for the current features (without the constant (P D / 2) log 2 pi); keeps the factorization for `gradient` or
	 * `predict`. Infinity when a pivot of the Cholesky factorization is not positive or not finite.
	 */
	energy(): number;
	/** dV/dF into `out` (M x P). Uses up the factorization: call `energy` again before anything else. */
	gradient(out: View): void;
	/**
	 * Conditional moments of the noise-free output at points with features `features` (M x Q): `mean` Q x D and `variance`
	 * Q (the same for every output). `work` must hold max(M, P) x Q numbers. Variances may be negative by rounding.
	 */
	predict(features: View, mean: View, variance: Float64Array, work: Block): void;
	/** Conditional covariance of f between those points into the lower triangle of `out` (Q x Q): right after `predict`, with its `work`. */
	covariance(features: View, work: Block, out: View): void;
}

export interface ReadoutProblem {
	/** M x P; the caller refills it. */
	readonly features: View;
	/** P x D. */
	readonly targets: View;
	/** c > 0. */
	readonly scale: number;
	/** kappa > 0. */
	readonly noiseVariance: number;
}

export type ReadoutForm = "point-space" | "feature-space";

/** The form with the smaller matrix: P x P unless there are fewer features than points. */
export function smallerForm(features: number, points: number): ReadoutForm {
	return features < points ? "feature-space" : "point-space";
}

/** Allocates the work space of one form. */
export function createReadout(engine: Engine, form: ReadoutForm, problem: ReadoutProblem): IntegratedReadout {
	return form === "point-space"
		? createPointSpaceReadout(engine, problem)
		: createFeatureSpaceReadout(engine, problem);
}
