import { type Engine, transpose, view } from "@finitude/engine";
import {
	addToDiagonal,
	allocateView,
	copyInto,
	logDeterminantOf,
	squaredColumns,
	squaredNorm,
} from "./block-operations.ts";
import type { IntegratedReadout, ReadoutProblem } from "./readout.ts";
import { createScalarFunctions } from "./scalar-functions.ts";

/**
 * The M x M form, by the Woodbury identity; it needs kappa > 0. With B = kappa I + c F F^T and m = B^-1 F Y:
 * log det A = (P - M) log kappa + log det B, F A^-1 = B^-1 F and A^-1 Y = (Y - c F^T m) / kappa = R / kappa.
 *
 * tr Y^T A^-1 Y = |R|^2 / kappa + c |m|^2, the minimum of the ridge regression: a sum of positive terms, so nothing
 * cancels at small kappa. dV/dF = c (D B^-1 F - m R^T / kappa). Mean c F*^T m, variance kappa c |L^-1 f*|^2, B = L L^T.
 */
export function createFeatureSpaceReadout(engine: Engine, problem: ReadoutProblem): IntegratedReadout {
	const { features, targets, scale } = problem;
	let { noiseVariance } = problem;
	const points = features.columns;
	const units = features.rows;
	const outputs = targets.columns;
	const b = allocateView(engine, units, units);
	const weights = allocateView(engine, units, outputs);
	const residual = allocateView(engine, points, outputs);
	const diagonal = engine.allocate(units);
	const { log } = createScalarFunctions(engine);
	let logNoise = log(noiseVariance);
	return {
		setNoiseVariance(value) {
			noiseVariance = value;
			logNoise = log(value);
		},
		energy() {
			engine.syrk(scale, features, 0, b);
			addToDiagonal(b, noiseVariance);
			if (engine.cholesky(b) >= 0) return Number.POSITIVE_INFINITY;
			engine.gemm(1, features, targets, 0, weights);
			engine.solveTriangular(b, weights, false);
			engine.solveTriangular(b, weights, true);
			copyInto(residual.block, targets);
			engine.gemm(-scale, transpose(features), weights, 1, residual);
			const fit = squaredNorm(residual.block) / noiseVariance + scale * squaredNorm(weights.block);
			const logDeterminant = (points - units) * logNoise + logDeterminantOf(engine, b, diagonal);
			return (outputs * logDeterminant + fit) / 2;
		},
		gradient(out) {
			engine.invertFromCholesky(b);
			engine.gemm(scale * outputs, b, features, 0, out);
			engine.gemm(-scale / noiseVariance, weights, transpose(residual), 1, out);
		},
		predict(at, mean, variance, work) {
			engine.gemm(scale, transpose(at), weights, 0, mean);
			const whitened = view(work, units, at.columns);
			copyInto(work, at);
			engine.solveTriangular(b, whitened, false);
			const norms = squaredColumns(work, units, at.columns);
			for (let i = 0; i < at.columns; i++) variance[i] = noiseVariance * scale * norms[i]!;
		},
		covariance(at, work, out) {
			engine.syrk(noiseVariance * scale, transpose(view(work, units, at.columns)), 0, out);
		},
	};
}
