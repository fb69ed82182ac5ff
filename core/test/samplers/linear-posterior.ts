/**
 * The exact posterior of a network with one hidden linear layer, D = 1, without biases: given the squared norm of the
 * readout weights the function is Gaussian, so everything is a one-dimensional quadrature over q ~ chi^2_N / N of the GP with
 * kernel q K. Plain loops; shares no code with the sampler.
 */
import { type Matrix, matrix } from "@finitude/engine";
import type { DenseLayer, Problem } from "../../src/index.ts";

export interface LinearPosterior {
	/** Training points, then test points. */
	readonly mean: number[];
	readonly variance: number[];
	/** P x P posterior mean of the output kernel. */
	readonly kernel: Matrix;
}

/** Trapezoidal rule in log q: 2000 nodes from e^-8 to e^3.5 converge exponentially. */
export function linearPosterior(problem: Problem): LinearPosterior {
	const layer = problem.network.layers[0] as DenseLayer;
	const P = problem.trainInputs.rows;
	const all = [...rows(problem.trainInputs), ...(problem.testInputs ? rows(problem.testInputs) : [])];
	const chi = problem.network.scaling === "standard" ? 1 : layer.width;
	const prior =
		(problem.network.readout.weightVariance / chi) * (layer.weightVariance / problem.trainInputs.columns);
	const K = all.map((a) => all.map((b) => prior * a.reduce((sum, x, j) => sum + x * b[j]!, 0)));
	const y = [...problem.trainTargets.data];
	const N = layer.width;
	const nodes = Array.from({ length: 2000 }, (_, i) => {
		const theta = -8 + (11.5 * i) / 1999;
		return { theta, ...gaussianProcess(K, y, Math.exp(theta), problem.noiseVariance, P) };
	});
	const logWeights = nodes.map((node) => (N / 2) * (node.theta - Math.exp(node.theta)) + node.logLikelihood);
	const peak = Math.max(...logWeights);
	const weights = logWeights.map((w) => Math.exp(w - peak));
	const total = weights.reduce((a, b) => a + b, 0);
	const average = (f: (node: (typeof nodes)[number]) => number) =>
		nodes.reduce((sum, node, i) => sum + (weights[i]! / total) * f(node), 0);
	const mean = all.map((_, i) => average((node) => node.mean[i]!));
	const variance = all.map((_, i) =>
		average((node) => node.covariance[i]![i]! + (node.mean[i]! - mean[i]!) ** 2),
	);
	const kernel = matrix(P, P);
	for (let i = 0; i < P; i++) {
		for (let j = 0; j < P; j++) {
			const second = (node: (typeof nodes)[number]) =>
				(node.mean[i]! * node.mean[j]! + node.covariance[i]![j]!) / Math.exp(node.theta);
			kernel.data[i * P + j] = (1 - 1 / N) * K[i]![j]! + average(second) / N;
		}
	}
	return { mean, variance, kernel };
}

function rows(m: Matrix): number[][] {
	return Array.from({ length: m.rows }, (_, i) => [...m.data.subarray(i * m.columns, (i + 1) * m.columns)]);
}

/** Moments of f and log p(y) under the GP with kernel q K, by Gauss-Jordan elimination of [q K + kappa | q K_all, y]. */
function gaussianProcess(K: number[][], y: number[], q: number, kappa: number, P: number) {
	const n = K.length;
	const a = Array.from({ length: P }, (_, i) => [
		...Array.from({ length: P }, (_, j) => q * K[i]![j]! + (i === j ? kappa : 0)),
		...K[i]!.map((k) => q * k),
		y[i]!,
	]);
	let logDeterminant = 0;
	for (let p = 0; p < P; p++) {
		logDeterminant += Math.log(a[p]![p]!);
		const pivotRow = a[p]!.map((x) => x / a[p]![p]!);
		a[p] = pivotRow;
		for (let i = 0; i < P; i++) {
			const factor = a[i]![p]!;
			if (i === p || factor === 0) continue;
			for (let j = p; j < pivotRow.length; j++) a[i]![j]! -= factor * pivotRow[j]!;
		}
	}
	const solveColumn = (column: number) => a.map((row) => row[P + column]!);
	const weights = a.map((row) => row[P + n]!);
	const dot = (i: number, v: number[]) => v.reduce((sum, x, k) => sum + q * K[i]![k]! * x, 0);
	const mean = K.map((_, i) => dot(i, weights));
	const columns = K.map((_, j) => solveColumn(j));
	const covariance = K.map((row, i) => row.map((k, j) => q * k - dot(i, columns[j]!)));
	const fit = weights.reduce((sum, w, k) => sum + w * y[k]!, 0);
	return { mean, covariance, logLikelihood: -(logDeterminant + fit) / 2 };
}
