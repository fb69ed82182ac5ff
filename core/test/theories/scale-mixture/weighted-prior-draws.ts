/** The posterior of linear networks from draws of their upper weights, weighted by the likelihood: independent of the code under test. */
import { createEngine, type Matrix, scoped, seedStream } from "@finitude/engine";
import { choleskyFactor, logDeterminant, solveLower, solveUpper } from "../../helpers/small-cholesky.ts";

const engine = await createEngine({ engine: "reference" });

/** rows x columns of independent normal numbers. */
export type GaussianSource = (rows: number, columns: number) => number[][];

export function gaussianSource(seed: number): GaussianSource {
	const stream = seedStream(seed);
	return (rows, columns) => {
		const data = scoped(engine, () => {
			const block = engine.allocate(rows * columns);
			engine.fillNormal(stream, block);
			return block.data.slice();
		});
		return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
	};
}

/** A B. */
export function product(a: readonly number[][], b: readonly number[][]): number[][] {
	return a.map((row) => b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
}

/** A A^T / scale. */
export function gramOf(a: readonly number[][], scale: number): number[][] {
	return a.map((x) => a.map((y) => x.reduce((sum, value, k) => sum + value * y[k]!, 0) / scale));
}

/** Self-normalized averages of E[f | Y, upper weights], with their standard errors. */
export interface WeightedAverages {
	readonly mean: Float64Array;
	readonly meanError: Float64Array;
	/** E[v] + Var[m], and the error of E[v + (m - mean)^2]. */
	readonly variance: Float64Array;
	readonly varianceError: Float64Array;
	readonly logEvidence: number;
	readonly logEvidenceError: number;
}

/**
 * @param covarianceOf covariance of all n numbers of f at a draw, of which the first targets.length belong to the training points
 * @param targets with noise of variance `noiseVariance` each
 */
export function weightedPriorDraws(
	draws: number,
	covarianceOf: () => readonly (readonly number[])[],
	targets: readonly number[],
	noiseVariance: number,
): WeightedAverages {
	const m = targets.length;
	const logWeights: number[] = [];
	const means: number[][] = [];
	const variances: number[][] = [];
	for (let t = 0; t < draws; t++) {
		const C = covarianceOf();
		const A = C.slice(0, m).map((row, i) => row.slice(0, m).map((c, j) => c + (i === j ? noiseVariance : 0)));
		const L = choleskyFactor(A);
		const u = solveLower(L, targets);
		logWeights.push(
			-(u.reduce((sum, x) => sum + x * x, 0) + logDeterminant(L) + m * Math.log(2 * Math.PI)) / 2,
		);
		const b = solveUpper(L, u);
		means.push(C.map((row) => b.reduce((sum, x, j) => sum + row[j]! * x, 0)));
		variances.push(
			C.map((row, i) => row[i]! - solveLower(L, row.slice(0, m)).reduce((sum, x) => sum + x * x, 0)),
		);
	}
	const top = Math.max(...logWeights);
	const weights = logWeights.map((w) => Math.exp(w - top));
	const total = weights.reduce((a, b) => a + b, 0);
	const average = (of: (t: number) => number) => {
		const value = weights.reduce((sum, w, t) => sum + (w * of(t)) / total, 0);
		const squares = weights.reduce((sum, w, t) => sum + ((w * (of(t) - value)) / total) ** 2, 0);
		return { value, error: Math.sqrt(squares) };
	};
	const n = means[0]!.length;
	const mean = Array.from({ length: n }, (_, i) => average((t) => means[t]![i]!));
	const variance = mean.map(({ value }, i) =>
		average((t) => variances[t]![i]! + (means[t]![i]! - value) ** 2),
	);
	const squares = weights.reduce((sum, w) => sum + (w / total) ** 2, 0);
	return {
		mean: Float64Array.from(mean, ({ value }) => value),
		meanError: Float64Array.from(mean, ({ error }) => error),
		variance: Float64Array.from(variance, ({ value }) => value),
		varianceError: Float64Array.from(variance, ({ error }) => error),
		logEvidence: top + Math.log(total / draws),
		logEvidenceError: Math.sqrt(squares - 1 / draws),
	};
}

/** Rows of a matrix. */
export function rowsOf({ rows, columns, data }: Matrix): number[][] {
	return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
}
