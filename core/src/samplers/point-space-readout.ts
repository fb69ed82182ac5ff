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

/**
 * The P x P form: factorizes A = c F^T F + kappa I itself.
 *
 * dV/dF = c F (D A^-1 - B B^T), B = A^-1 Y. Mean K* B and variance k** - |L^-1 k*|^2, with K* = c F*^T F and A = L L^T.
 */
export function createPointSpaceReadout(engine: Engine, problem: ReadoutProblem): IntegratedReadout {
	const { features, targets, scale } = problem;
	let { noiseVariance } = problem;
	const points = features.columns;
	const outputs = targets.columns;
	const a = allocateView(engine, points, points);
	const solution = allocateView(engine, points, outputs);
	const diagonal = engine.allocate(points);
	return {
		setNoiseVariance(value) {
			noiseVariance = value;
		},
		energy() {
			engine.syrk(scale, transpose(features), 0, a);
			addToDiagonal(a, noiseVariance);
			if (engine.cholesky(a) >= 0) return Number.POSITIVE_INFINITY;
			copyInto(solution.block, targets);
			engine.solveTriangular(a, solution, false);
			const fit = squaredNorm(solution.block);
			engine.solveTriangular(a, solution, true);
			return (outputs * logDeterminantOf(engine, a, diagonal) + fit) / 2;
		},
		gradient(out) {
			engine.invertFromCholesky(a);
			engine.gemm(-1, solution, transpose(solution), outputs, a);
			engine.gemm(scale, features, a, 0, out);
		},
		predict(at, mean, variance, work) {
			const cross = view(work, points, at.columns);
			engine.gemm(scale, transpose(features), at, 0, cross);
			engine.gemm(1, transpose(cross), solution, 0, mean);
			engine.solveTriangular(a, cross, false);
			const prior = squaredColumns(at.block, at.rows, at.columns);
			const explained = squaredColumns(work, points, at.columns);
			for (let i = 0; i < at.columns; i++) variance[i] = scale * prior[i]! - explained[i]!;
		},
		covariance(at, work, out) {
			engine.syrk(scale, transpose(at), 0, out);
			engine.syrk(-1, transpose(view(work, points, at.columns)), 1, out);
		},
	};
}
