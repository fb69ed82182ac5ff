/**
 * The exact posterior of a dense linear network of any depth, D = 1, without biases, by plain quadrature. Given the scales
 * q_l ~ chi^2_{N_l} / N_l of its layers, f is a Gaussian process with kernel q K, q = q_1 ... q_L; and the covariance of each
 * layer splits into the part along the direction that the layers above read, which f fixes, and the rest, which follows the
 * layer below. Plain loops over one grid for each factor; shares no code with the samplers.
 */
import { type Matrix, matrix } from "@finitude/engine";
import type { DenseLayer, Problem } from "../../src/index.ts";

export interface LinearPosterior {
	/** Training points, then test points. */
	readonly mean: number[];
	readonly variance: number[];
	/** Covariance of f between all these points. */
	readonly covariance: Matrix;
	/** P x P posterior mean of the output kernel. */
	readonly kernel: Matrix;
	/** For each layer P x P: posterior mean of (1/N) sum_i h_i h_i^T. */
	readonly preactivation: Matrix[];
	/** d x d: posterior mean of (1/N) sum_i w_i w_i^T of the first layer. */
	readonly weightCovariance: Matrix;
	readonly logEvidence: number;
}

/** The grid of every log scale. For widths up to 10 and some ten points the trapezoidal rule errs by less than 1e-12 at this step. */
const STEP = 0.1;
const LOWEST = -60;
const HIGHEST = 5;

export function linearPosterior(problem: Problem): LinearPosterior {
	const layers = problem.network.layers as readonly DenseLayer[];
	const widths = layers.map(({ width }) => width);
	const depth = layers.length;
	const P = problem.trainInputs.rows;
	const d = problem.trainInputs.columns;
	const unit = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
	const points = [...rows(problem.trainInputs), ...(problem.testInputs ? rows(problem.testInputs) : [])];
	// The function at the unit vectors is the effective weight vector.
	const all = [...points, ...unit];
	const chi = problem.network.scaling === "standard" ? 1 : widths[depth - 1]!;
	const output = problem.network.readout.weightVariance / chi;
	const inputKernel = all.map((a) => all.map((b) => a.reduce((sum, x, j) => sum + x * b[j]!, 0) / d));
	const prior = layers.reduce((product, { weightVariance }) => product * weightVariance, output);
	const K = inputKernel.map((row) => row.map((k) => prior * k));
	const y = [...problem.trainTargets.data];

	const nodes = scaleNodes(widths, (q) => gaussianProcess(K, y, q, problem.noiseVariance, P));
	const average = (f: (node: (typeof nodes.kept)[number]) => number) =>
		nodes.kept.reduce((sum, node) => sum + node.probability * f(node), 0);
	const mean = all.map((_, i) => average(({ gp }) => gp.mean[i]!));
	const covariance = square(points.length, (i, j) =>
		average(({ gp }) => gp.covariance[i]![j]! + (gp.mean[i]! - mean[i]!) * (gp.mean[j]! - mean[j]!)),
	);

	/** E (1/N_l) H_l^T H_l at all points, from the first layer up; the layer below the first is the input kernel. */
	let below = inputKernel;
	const perLayer = layers.map(({ width, weightVariance }, l) => {
		// f = A a^T H with a unit vector a: A^2 = variance of the weights above times the scales from this layer on.
		const above = layers.slice(l + 1).reduce((product, layer) => product * layer.weightVariance, output);
		below = below.map((row, i) =>
			row.map((k, j) => {
				const along = average(
					({ gp, inverseScales }) =>
						((gp.covariance[i]![j]! + gp.mean[i]! * gp.mean[j]!) * inverseScales[l]!) / above,
				);
				return along / width + (1 - 1 / width) * weightVariance * k;
			}),
		);
		return below;
	});
	const atTraining = (m: number[][], factor = 1) => square(P, (i, j) => factor * m[i]![j]!);
	return {
		mean: mean.slice(0, points.length),
		variance: points.map((_, i) => covariance.data[i * (points.length + 1)]!),
		covariance,
		kernel: atTraining(perLayer[depth - 1]!, output),
		preactivation: perLayer.map((m) => atTraining(m)),
		weightCovariance: square(d, (i, j) => perLayer[0]![points.length + i]![points.length + j]!),
		logEvidence: nodes.logEvidence,
	};
}

interface ScaleNode<T> {
	readonly probability: number;
	readonly gp: T;
	/** For each layer l, E[1 / (q_l ... q_L)] given the product of all. */
	readonly inverseScales: number[];
}

/** The posterior over the product of all scales, with what is needed of the single factors given their product. */
function scaleNodes<T extends { logLikelihood: number }>(
	widths: readonly number[],
	condition: (q: number) => T,
): { kept: ScaleNode<T>[]; logEvidence: number } {
	const count = Math.round((HIGHEST - LOWEST) / STEP) + 1;
	const factors = widths.map((N) => {
		const log = Float64Array.from({ length: count }, (_, i) => {
			const theta = LOWEST + i * STEP;
			return (N / 2) * (theta - Math.exp(theta));
		});
		const total = log.reduce((sum, value) => sum + Math.exp(value), 0);
		return log.map((value) => Math.exp(value) / total);
	});
	const depth = widths.length;
	/** Laws of q_1 ... q_l and of q_l ... q_L; index i of a product of n factors is theta = n LOWEST + i STEP. */
	const prefix: Float64Array[] = [Float64Array.of(1)];
	for (const factor of factors) prefix.push(convolution(prefix[prefix.length - 1]!, factor));
	const suffix: Float64Array[] = [Float64Array.of(1)];
	for (const factor of [...factors].reverse()) suffix.unshift(convolution(factor, suffix[0]!));
	const law = prefix[depth]!;
	// Expectations of 1 / (q_l ... q_L) times the density of the product.
	const tilted = widths.map((_, l) => {
		const lowest = (depth - l) * LOWEST;
		return convolution(
			prefix[l]!,
			suffix[l]!.map((p, i) => p * Math.exp(-(lowest + i * STEP))),
		);
	});
	const candidates = [...law].flatMap((p, i) => {
		if (!(p > 0)) return [];
		const gp = condition(Math.exp(depth * LOWEST + i * STEP));
		const inverseScales = tilted.map((t) => t[i]! / p);
		return [{ gp, inverseScales, logWeight: Math.log(p) + gp.logLikelihood }];
	});
	const peak = candidates.reduce((top, { logWeight }) => Math.max(top, logWeight), Number.NEGATIVE_INFINITY);
	const total = candidates.reduce((sum, { logWeight }) => sum + Math.exp(logWeight - peak), 0);
	const kept = candidates.map(({ logWeight, ...node }) => ({
		...node,
		probability: Math.exp(logWeight - peak) / total,
	}));
	return { kept: kept.filter(({ probability }) => probability > 1e-18), logEvidence: peak + Math.log(total) };
}

function convolution(a: Float64Array, b: Float64Array): Float64Array {
	const result = new Float64Array(a.length + b.length - 1);
	a.forEach((x, i) => {
		if (x === 0) return;
		for (let j = 0; j < b.length; j++) result[i + j]! += x * b[j]!;
	});
	return result;
}

function rows(m: Matrix): number[][] {
	return Array.from({ length: m.rows }, (_, i) => [...m.data.subarray(i * m.columns, (i + 1) * m.columns)]);
}

function square(n: number, entry: (i: number, j: number) => number): Matrix {
	return matrix(
		n,
		n,
		Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n)),
	);
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
	return {
		mean,
		covariance,
		logLikelihood: -(logDeterminant + fit + P * Math.log(2 * Math.PI)) / 2,
	};
}
