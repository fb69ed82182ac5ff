/**
 * Posteriors of tiny networks by their definition: networks from the prior, each with the weight p(Y | hidden weights), in plain
 * loops that share no code with the samplers. Self-normalized importance sampling; errors by the delta method.
 */
import { seedStream } from "@finitude/engine";
import type { Problem } from "../../src/index.ts";
import { choleskyFactor, logDeterminant, solveLower, solveUpper } from "../helpers/small-cholesky.ts";
import { drawPlainNetwork, normalSource, rowsOf, runPlainNetwork } from "./plain-network.ts";

/** Row-major numbers with their standard errors. */
export interface Weighted {
	readonly values: Float64Array;
	readonly errors: Float64Array;
}

export interface WeightedPosterior {
	/** Test points x outputs. */
	readonly testMean: Weighted;
	readonly testVariance: Weighted;
	/** P x P output kernel. */
	readonly kernel: Weighted;
	/** (sum w)^2 / sum w^2. */
	readonly effectiveDraws: number;
}

export function weightPriorDraws(problem: Problem, draws: number, seed: number): WeightedPosterior {
	const normal = normalSource(seedStream(seed));
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const inputs = [...rowsOf(problem.trainInputs), ...rowsOf(problem.testInputs!)];
	const y = Array.from({ length: outputs }, (_, d) =>
		Array.from({ length: points }, (_, i) => problem.trainTargets.data[i * outputs + d]!),
	);
	const given = Array.from({ length: draws }, () => {
		const { kernel } = runPlainNetwork(problem, drawPlainNetwork(problem, normal), inputs);
		return { ...conditionalMoments(kernel, y, problem.noiseVariance), kernel };
	});
	const largest = given.reduce(
		(most, { logLikelihood }) => Math.max(most, logLikelihood),
		Number.NEGATIVE_INFINITY,
	);
	const unscaled = given.map(({ logLikelihood }) => Math.exp(logLikelihood - largest));
	const total = unscaled.reduce((sum, w) => sum + w, 0);
	const weights = unscaled.map((w) => w / total);
	const average = (length: number, quantity: (draw: number, k: number) => number): Weighted => {
		const values = new Float64Array(length);
		const errors = new Float64Array(length);
		for (let k = 0; k < length; k++) {
			weights.forEach((w, t) => {
				values[k]! += w * quantity(t, k);
			});
			const variance = weights.reduce((sum, w, t) => sum + (w * (quantity(t, k) - values[k]!)) ** 2, 0);
			errors[k] = Math.sqrt(variance);
		}
		return { values, errors };
	};
	const testMean = average(given[0]!.mean.length, (t, k) => given[t]!.mean[k]!);
	return {
		testMean,
		// The error of the mean enters at second order.
		testVariance: average(
			testMean.values.length,
			(t, k) => given[t]!.variance[k]! + (given[t]!.mean[k]! - testMean.values[k]!) ** 2,
		),
		kernel: average(points * points, (t, k) => given[t]!.kernel[Math.floor(k / points)]![k % points]!),
		effectiveDraws: 1 / weights.reduce((sum, w) => sum + w * w, 0),
	};
}

/** log p(Y | kernel) without its constant, and moments of f at the points after the first, training ones. */
function conditionalMoments(
	kernel: readonly (readonly number[])[],
	y: readonly number[][],
	noiseVariance: number,
) {
	const points = y[0]!.length;
	const factor = choleskyFactor(
		kernel
			.slice(0, points)
			.map((row, i) => row.slice(0, points).map((k, j) => k + (i === j ? noiseVariance : 0))),
	);
	const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
	const whitened = y.map((column) => solveLower(factor, column));
	const solved = whitened.map((column) => solveUpper(factor, column));
	const test = kernel.slice(points);
	const explained = test.map((row) => solveLower(factor, row.slice(0, points)));
	return {
		logLikelihood: -(y.length * logDeterminant(factor) + whitened.reduce((sum, z) => sum + dot(z, z), 0)) / 2,
		mean: test.flatMap((row) => solved.map((column) => dot(column, row))),
		variance: test.flatMap((row, i) => y.map(() => row[points + i]! - dot(explained[i]!, explained[i]!))),
	};
}
