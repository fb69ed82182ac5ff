/** Means, variances and covariances of f, averaged over the posterior of a matrix of scales. */
import { type Matrix, matrix } from "@finitude/engine";
import type { MatrixScale } from "../../matrix-scale/matrix-scale.ts";
import type { StandardErrors } from "./control-variates.ts";
import type { MatrixScaleNodes } from "./matrix-scale-nodes.ts";

/** f at the training or at the test points. */
export interface PointAverage {
	/** n x D. */
	readonly mean: Matrix;
	readonly variance: Matrix;
	/** n x D^2: row i is the D x D covariance of the outputs at point i; where the model gives it. */
	readonly outputCovariance?: Matrix;
	/** n x n, for one output, where the model gives it. */
	readonly covariance?: Matrix;
	/** n x D: Monte-Carlo standard errors of the means, where the nodes are random draws. */
	readonly meanStandardError?: Matrix;
}

export interface MixtureAverage {
	readonly train: PointAverage;
	readonly test?: PointAverage;
	/** E[Q | Y], n x n. */
	readonly scaleMean: Matrix;
}

/** Below this fraction of the largest probability a node moves no digit of any answer. */
const NEGLIGIBLE = 1e-18;

/**
 * mean = E[m_Q], covariance = E[v_Q] + Cov[m_Q]: equation (4) of docs/theories/scale-mixture.md with a matrix in place of q. The
 * second part couples the outputs at a point and, for one output, the points.
 */
export function mixtureAverage(model: MatrixScale, nodes: MatrixScaleNodes): MixtureAverage {
	const { probabilities, sampling } = nodes;
	const least = NEGLIGIBLE * probabilities.reduce((a, p) => Math.max(a, Math.abs(p)), 0);
	const scaleMean = matrix(model.size, model.size);
	const errorsOf = (columns: number) => sampling?.weights.standardErrors(columns);
	let train: PointSums | undefined;
	let test: PointSums | undefined;
	probabilities.forEach((probability, node) => {
		if (Math.abs(probability) < least) return;
		const scales = nodes.scalesAt(node);
		for (let i = 0; i < scales.data.length; i++) scaleMean.data[i]! += probability * scales.data[i]!;
		const given = model.predict(scales);
		train ??= createPointSums(given.trainMean, errorsOf);
		train.add(probability, node, {
			mean: given.trainMean,
			variance: given.trainVariance,
			...(given.trainCovariance && { covariance: given.trainCovariance }),
		});
		if (!given.testMean || !given.testVariance) return;
		test ??= createPointSums(given.testMean, errorsOf);
		test.add(probability, node, {
			mean: given.testMean,
			variance: given.testVariance,
			...(given.testOutputCovariance && { outputCovariance: given.testOutputCovariance }),
			...(given.testCovariance && { covariance: given.testCovariance }),
		});
	});
	return { train: train!.average(), ...(test && { test: test.average() }), scaleMean };
}

/** What is given at a node. */
type Conditional = Omit<PointAverage, "meanStandardError">;

interface PointSums {
	add(probability: number, node: number, given: Conditional): void;
	average(): PointAverage;
}

/** @param origin mean at one node: moments are taken about it, so that they cancel less */
function createPointSums(
	origin: Matrix,
	errorsOf: (columns: number) => StandardErrors | undefined,
): PointSums {
	const [n, D] = [origin.rows, origin.columns];
	const errors = errorsOf(n * D);
	const first = matrix(n, D);
	const variance = matrix(n, D);
	let outputCovariance: Matrix | undefined;
	let covariance: Matrix | undefined;
	return {
		add(p, node, given) {
			errors?.add(node, given.mean.data);
			const delta = given.mean.data.map((m, e) => m - origin.data[e]!);
			for (let e = 0; e < n * D; e++) {
				first.data[e]! += p * delta[e]!;
				variance.data[e]! += p * (given.variance.data[e]! + delta[e]! ** 2);
			}
			if (given.outputCovariance) {
				outputCovariance ??= matrix(n, D * D);
				const { data } = given.outputCovariance;
				for (let e = 0; e < data.length; e++) {
					const row = Math.floor(e / (D * D)) * D;
					const [i, j] = [row + (Math.floor(e / D) % D), row + (e % D)];
					outputCovariance.data[e]! += p * (data[e]! + delta[i]! * delta[j]!);
				}
			}
			if (given.covariance) {
				covariance ??= matrix(n, n);
				const { data } = given.covariance;
				for (let e = 0; e < data.length; e++) {
					covariance.data[e]! += p * (data[e]! + delta[Math.floor(e / n)]! * delta[e % n]!);
				}
			}
		},
		average() {
			const d = first.data;
			const centered = (m: Matrix, of: (e: number) => number) =>
				matrix(
					m.rows,
					m.columns,
					m.data.map((x, e) => x - of(e)),
				);
			return {
				mean: matrix(
					n,
					D,
					origin.data.map((x, e) => x + d[e]!),
				),
				variance: centered(variance, (e) => d[e]! ** 2),
				...(outputCovariance && {
					outputCovariance: centered(outputCovariance, (e) => {
						const row = Math.floor(e / (D * D)) * D;
						return d[row + (Math.floor(e / D) % D)]! * d[row + (e % D)]!;
					}),
				}),
				...(covariance && {
					covariance: centered(covariance, (e) => d[Math.floor(e / n)]! * d[e % n]!),
				}),
				...(errors && { meanStandardError: matrix(n, D, errors.values()) }),
			};
		},
	};
}
