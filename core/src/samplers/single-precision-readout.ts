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

/** c F (D A^-1 - B B^T) with A = c F^T F + kappa I and B = A^-1 Y. */
function pointSpaceGradient(engine: Engine, problem: SinglePrecisionProblem): FeatureGradient {
	const { features, targets, scale, noiseVariance } = problem;
	const { float32 } = engine;
	const points = features.columns;
	const outputs = targets.columns;
	const rounded = view(float32.allocate(points * points), points, points);
	const a = allocateView(engine, points, points);
	const solution = allocateView(engine, points, outputs);
	return (out) => {
		float32.syrk(scale, transpose(features), 0, rounded);
		float32.toDouble(rounded.block, a.block);
		addToDiagonal(a, noiseVariance);
		if (engine.cholesky(a) >= 0) return false;
		copyInto(solution.block, targets);
		engine.solveTriangular(a, solution, false);
		engine.solveTriangular(a, solution, true);
		engine.invertFromCholesky(a);
		engine.gemm(-1, solution, transpose(solution), outputs, a);
		float32.fromDouble(a.block, rounded.block);
		float32.gemm(scale, features, rounded, 0, out);
		return true;
	};
}

/** c (D B^-1 F - m R^T / kappa) with B = kappa I + c F F^T, m = B^-1 F Y and R = Y - c F^T m. */
function featureSpaceGradient(engine: Engine, problem: SinglePrecisionProblem): FeatureGradient {
	const { features, targets, scale, noiseVariance } = problem;
	const { float32 } = engine;
	const units = features.rows;
	const outputs = targets.columns;
	const rounded = view(float32.allocate(units * units), units, units);
	const b = allocateView(engine, units, units);
	const points = features.columns;
	const roundedTargets = view(float32.allocate(points * outputs), points, outputs);
	const residual = view(float32.allocate(points * outputs), points, outputs);
	const weights = allocateView(engine, units, outputs);
	const roundedWeights = view(float32.allocate(units * outputs), units, outputs);
	return (out) => {
		float32.syrk(scale, features, 0, rounded);
		float32.toDouble(rounded.block, b.block);
		addToDiagonal(b, noiseVariance);
		if (engine.cholesky(b) >= 0) return false;
		float32.fromDouble(targets.block, roundedTargets.block);
		float32.gemm(1, features, roundedTargets, 0, roundedWeights);
		float32.toDouble(roundedWeights.block, weights.block);
		engine.solveTriangular(b, weights, false);
		engine.solveTriangular(b, weights, true);
		float32.fromDouble(weights.block, roundedWeights.block);
		residual.block.data.set(roundedTargets.block.data);
		float32.gemm(-scale, transpose(features), roundedWeights, 1, residual);
		engine.invertFromCholesky(b);
		float32.fromDouble(b.block, rounded.block);
		float32.gemm(scale * outputs, rounded, features, 0, out);
		float32.gemm(-scale / noiseVariance, roundedWeights, transpose(residual), 1, out);
		return true;
	};
}
