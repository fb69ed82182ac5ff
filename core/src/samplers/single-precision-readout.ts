import { type Engine, transpose, type View, view } from "@finitude/engine";
import { addToDiagonal, allocateView, copyInto } from "./block-operations.ts";
import type { ReadoutForm } from "./readout.ts";

/** As ReadoutProblem, the features in float32. */
interface SinglePrecisionProblem {
	/** M x P; the caller refills it. */
	readonly features: View<Float32Array>;
	/** P x D, in float64. */
	readonly targets: View;
	/** c > 0. */
	readonly scale: number;
	/** kappa > 0. */
	readonly noiseVariance: number;
}

/** dV/dF into `out` (M x P); false, and nothing written, when a pivot of the factorization is not positive and finite. */
export type FeatureGradient = (out: View<Float32Array>) => boolean;

/**
 * The gradient of IntegratedReadout with products in float32. What amplifies rounding errors, factorizing a matrix and
 * solving with it, is done in float64.
 */
export function createSinglePrecisionReadout(
	engine: Engine,
	form: ReadoutForm,
	problem: SinglePrecisionProblem,
): FeatureGradient {
	return form === "point-space" ? pointSpaceGradient(engine, problem) : featureSpaceGradient(engine, problem);
}

/** The symmetric matrix that is inverted: made in float32, factorized in float64. */
function createSystem(engine: Engine, size: number, { scale, noiseVariance }: SinglePrecisionProblem) {
	const { float32 } = engine;
	const rounded = view(float32.allocate(size * size), size, size);
	const matrix = allocateView(engine, size, size);
	return {
		/** The matrix in float32, for products. */
		rounded,
		/** Its Cholesky factor in the lower triangle, once `factorize` is done. */
		matrix,
		/** c A A^T + kappa I, factorized; false when a pivot is not positive and finite. */
		factorize(a: View<Float32Array>): boolean {
			float32.syrk(scale, a, 0, rounded);
			float32.toDouble(rounded.block, matrix.block);
			addToDiagonal(matrix, noiseVariance);
			return engine.cholesky(matrix) < 0;
		},
		/** In place, by the factor. */
		solve(b: View): void {
			engine.solveTriangular(matrix, b, false);
			engine.solveTriangular(matrix, b, true);
		},
		/** Rounds what `matrix` holds by now. */
		round: () => float32.fromDouble(matrix.block, rounded.block),
	};
}

/** c F (D A^-1 - B B^T) with A = c F^T F + kappa I and B = A^-1 Y. */
function pointSpaceGradient(engine: Engine, problem: SinglePrecisionProblem): FeatureGradient {
	const { features, targets, scale } = problem;
	const a = createSystem(engine, features.columns, problem);
	const solution = allocateView(engine, features.columns, targets.columns);
	return (out) => {
		if (!a.factorize(transpose(features))) return false;
		copyInto(solution.block, targets);
		a.solve(solution);
		engine.invertFromCholesky(a.matrix);
		engine.gemm(-1, solution, transpose(solution), targets.columns, a.matrix);
		a.round();
		engine.float32.gemm(scale, features, a.rounded, 0, out);
		return true;
	};
}

/** c (D B^-1 F - m R^T / kappa) with B = kappa I + c F F^T, m = B^-1 F Y and R = Y - c F^T m. */
function featureSpaceGradient(engine: Engine, problem: SinglePrecisionProblem): FeatureGradient {
	const { features, targets, scale, noiseVariance } = problem;
	const { float32 } = engine;
	const { rows: units, columns: points } = features;
	const outputs = targets.columns;
	const b = createSystem(engine, units, problem);
	const roundedTargets = view(float32.allocate(points * outputs), points, outputs);
	const residual = view(float32.allocate(points * outputs), points, outputs);
	const weights = allocateView(engine, units, outputs);
	const roundedWeights = view(float32.allocate(units * outputs), units, outputs);
	return (out) => {
		if (!b.factorize(features)) return false;
		float32.fromDouble(targets.block, roundedTargets.block);
		float32.gemm(1, features, roundedTargets, 0, roundedWeights);
		float32.toDouble(roundedWeights.block, weights.block);
		b.solve(weights);
		float32.fromDouble(weights.block, roundedWeights.block);
		residual.block.data.set(roundedTargets.block.data);
		float32.gemm(-scale, transpose(features), roundedWeights, 1, residual);
		engine.invertFromCholesky(b.matrix);
		b.round();
		float32.gemm(scale * outputs, b.rounded, features, 0, out);
		float32.gemm(-scale / noiseVariance, roundedWeights, transpose(residual), 1, out);
		return true;
	};
}
