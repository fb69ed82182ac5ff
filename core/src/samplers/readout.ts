import { type Block, columnVector, type Engine, type View } from "@finitude/engine";
import { createFeatureSpaceReadout } from "./feature-space-readout.ts";
import { createPointSpaceReadout } from "./point-space-readout.ts";

/**
 * The Gaussian readout integrated out, given the last features F (M x P, the bias as a constant feature):
 * A = c F^T F + kappa I and V = (D/2) log det A + (1/2) tr Y^T A^-1 Y, so that p(Y | F) is proportional to exp(-V).
 */
export interface IntegratedReadout {
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

/** log det of a matrix whose Cholesky factor stands in the lower triangle of `factor`; `work` holds one number a row. */
export function logDeterminantOf(engine: Engine, factor: View, work: Block): number {
	const [from, to] = [factor.block.data, work.data];
	for (let i = 0; i < factor.rows; i++) to[i] = from[factor.offset + i * (factor.rowStride + factor.columnStride)]!;
	engine.log(work, work);
	let sum = 0;
	for (let i = 0; i < factor.rows; i++) sum += work.data[i]!;
	return 2 * sum;
}

/** Sum of squares of all entries of a block. */
export function squaredNorm(block: Block): number {
	const x = block.data;
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
	return sum;
}

/** Adds a number to the main diagonal. */
export function addToDiagonal(m: View, value: number): void {
	const data = m.block.data;
	const step = m.rowStride + m.columnStride;
	for (let i = 0; i < m.rows; i++) data[m.offset + i * step]! += value;
}

/** A block that holds a copy of a contiguous row-major view. */
export function copyInto(target: Block, source: View): void {
	target.data.set(source.block.data.subarray(source.offset, source.offset + source.rows * source.columns));
}

/** A rows x columns view of new memory. */
export function allocateView(engine: Engine, rows: number, columns: number): View {
	return { ...columnVector(engine.allocate(rows * columns)), rows, columns, rowStride: columns };
}
