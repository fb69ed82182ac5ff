/** The output with inducing inputs: the collapsed Gaussian bound (4) on the likelihood, and its posterior (5). */
import {
	choleskyFactor,
	choleskyInverse,
	dot,
	type Engine,
	gram,
	logDeterminant,
	type Matrix,
	matrix,
	multiply,
	solveLower,
	symmetricPart,
	transposed,
} from "@finitude/engine";
import { columnNorms } from "./conditional-layer.ts";
import type { SpreadKernel } from "./spread-map.ts";

/** Q_f at the inducing inputs as its inverse sees it. */
export interface InducingOutput {
	readonly targets: Matrix;
	readonly noiseVariance: number;
	/** Added to the diagonal of Q_uu. */
	readonly jitter: number;
	/** U, m x n with orthonormal columns, where Q_uu has the range of U only. */
	readonly range: Matrix | undefined;
}

/** The factorizations of one output kernel. */
export interface CollapsedOutput {
	/** C = chol(U^T Q_uu U + jitter). */
	readonly factor: Matrix;
	/** V = C^-1 U^T Q_un, n x P: Q~ = V^T V. */
	readonly features: Matrix;
	/** chol(I + V V^T/kappa). */
	readonly posterior: Matrix;
	/** (Q~ + kappa I)^-1 Y, P x D. */
	readonly discrepancy: Matrix;
	/** (I + V V^T/kappa)^-1 V Y/kappa, n x D: f* = (C^-1 U^T Q_u*)^T times this. */
	readonly weights: Matrix;
}

/** U^T Q_uu U with jitter on its diagonal. */
export function inducingKernel(
	engine: Engine,
	{ range, jitter }: Pick<InducingOutput, "range" | "jitter">,
	kernel: Matrix,
): Matrix {
	const reduced = range
		? multiply(engine, range, multiply(engine, kernel, range), { transposeA: true })
		: matrix(kernel.rows, kernel.columns, kernel.data.slice());
	for (let i = 0; i < reduced.rows; i++) reduced.data[i * reduced.columns + i]! += jitter;
	return reduced;
}

/** C^-1 U^T q, one column for each point. @param q m x points: the output kernel between inducing inputs and points */
export function featuresOf(engine: Engine, range: Matrix | undefined, factor: Matrix, q: Matrix): Matrix {
	return solveLower(engine, factor, range ? multiply(engine, range, q, { transposeA: true }) : q);
}

/** Undefined where Q_uu is not positive definite. @param kernel m x m @param cross m x P */
export function collapsedOutput(
	engine: Engine,
	output: InducingOutput,
	kernel: Matrix,
	cross: Matrix,
): CollapsedOutput | undefined {
	const { targets, noiseVariance, range } = output;
	const prior = choleskyFactor(engine, inducingKernel(engine, output, kernel));
	if (!prior.positiveDefinite) return undefined;
	const features = featuresOf(engine, range, prior.factor, cross);
	const inner = gram(engine, features, { alpha: 1 / noiseVariance });
	for (let i = 0; i < inner.rows; i++) inner.data[i * inner.columns + i]! += 1;
	const cholesky = choleskyFactor(engine, inner);
	if (!cholesky.positiveDefinite) return undefined;
	const posterior = cholesky.factor;
	const projected = multiply(engine, features, targets, { alpha: 1 / noiseVariance });
	const half = solveLower(engine, posterior, projected);
	const weights = solveLower(engine, posterior, half, { transposed: true });
	const fit = multiply(engine, features, weights, { transposeA: true });
	const discrepancy = matrix(
		targets.rows,
		targets.columns,
		targets.data.map((y, k) => (y - fit.data[k]!) / noiseVariance),
	);
	return { factor: prior.factor, features, posterior, discrepancy, weights };
}

/** -L_out of (4). @param diagonal P, of Q_f at the training points */
export function collapsedValue(
	{ targets, noiseVariance }: InducingOutput,
	{ features, posterior, discrepancy }: CollapsedOutput,
	diagonal: Float64Array,
): number {
	const { rows: P, columns: D } = targets;
	const explained = columnNorms(features);
	const left = diagonal.reduce((sum, x, a) => sum + (x - explained[a]!), 0);
	return (
		0.5 * dot(targets.data, discrepancy.data) +
		(D / 2) * (logDeterminant(posterior) + P * Math.log(2 * Math.PI * noiseVariance) + left / noiseVariance)
	);
}

export interface OutputCotangents {
	/** With respect to Q_uu, m x m. */
	readonly kernel: Matrix;
	/** With respect to Q_un and the diagonal of Q_f. */
	readonly spread: SpreadKernel;
}

/**
 * d(-L_out)/dV = (D/kappa) ((I + V V^T/kappa)^-1 - I) V - V t t^T, then through V = C^-1 U^T Q_un: dV V^T is symmetric, and
 * d(-L_out)/dQ_uu = -U C^-T dV V^T C^-1 U^T / 2.
 */
export function collapsedCotangents(
	engine: Engine,
	{ targets, noiseVariance, range }: InducingOutput,
	{ factor, features, posterior, discrepancy }: CollapsedOutput,
): OutputCotangents {
	const { rows: P, columns: D } = targets;
	const shrunk = choleskyInverse(engine, posterior);
	for (let i = 0; i < shrunk.rows; i++) shrunk.data[i * shrunk.columns + i]! -= 1;
	const slope = multiply(engine, shrunk, features, { alpha: D / noiseVariance });
	const along = multiply(engine, features, discrepancy);
	const pulled = multiply(engine, along, discrepancy, { transposeB: true });
	for (let k = 0; k < slope.data.length; k++) slope.data[k]! -= pulled.data[k]!;
	const inFull = (m: Matrix) => (range ? multiply(engine, range, m) : m);
	const cross = solveLower(engine, factor, slope, { transposed: true });
	const half = solveLower(
		engine,
		factor,
		multiply(engine, features, cross, { transposeB: true, alpha: -0.5 }),
		{
			transposed: true,
		},
	);
	return {
		kernel: symmetricPart(inFull(transposed(inFull(half)))),
		spread: {
			cross: inFull(cross),
			diagonal: new Float64Array(P).fill(D / (2 * noiseVariance)),
		},
	};
}
