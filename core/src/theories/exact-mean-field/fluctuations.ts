/** Gaussian fluctuations of Q around the saddle: sections "Variance" and "Evidence" of docs/theories/exact-mean-field.md. */
import {
	type Block,
	type Engine,
	load,
	type Matrix,
	matrix,
	matrixRow,
	mirrorLower,
	multiply,
	symmetricEigen,
	type View,
	view,
} from "@finitude/engine";
import {
	type FeatureChunk,
	type FeatureSource,
	type HiddenUnit,
	positionOf,
	sumOverUnit,
	type TiltedMeasure,
} from "../../tilted-unit/index.ts";
import { type Force, outputCurvature, type SaddleProblem } from "./saddle-equations.ts";

/** Fluctuations need the eigenvalues of a matrix with P(P+1)/2 rows: up to here these are some seconds. */
export const MOST_POINTS = 64;

export interface KernelFluctuations {
	/** Eigenvalues of J on symmetric matrices that differ from 1, ascending. */
	readonly eigenvalues: Float64Array;
	/** What the fluctuations add to the covariance of f over all points of the source, n x n. */
	readonly covariance: Matrix;
}

/**
 * J and, by (9), what the fluctuations of Q add to the covariance of f.
 *
 * With C the covariance of phi phi^T under p, in an orthonormal basis of symmetric matrices, J = 1 + (c^2/N) C S''. From
 * C = F F^T the eigenvalues of J are those of 1 + (c^2/N) H with the symmetric H = F^T S'' F, and V = F x turns tr(V S''[J^-1 V])
 * into x^T H (1 + (c^2/N) H)^-1 x.
 *
 * @param source the unit at all n points
 * @param predictors q_a^T R for every point a, n x P
 */
export function kernelFluctuations(
	engine: Engine,
	source: FeatureSource,
	measure: TiltedMeasure,
	{ width, readoutVariance: c }: SaddleProblem,
	force: Force,
	predictors: Matrix,
): KernelFluctuations {
	const P = force.precision.rows;
	const n = predictors.rows;
	const pairs = (P * (P + 1)) / 2;
	const all = nodeCovariance(engine, source, measure, pairs, predictors, force.discrepancy.data, c);
	const total = pairs + n;
	const { values, vectors } = symmetricEigen(engine, leadingBlock(all, pairs));
	// Rounding leaves directions without a variance; V has no part along them.
	const kept = Array.from(values.keys()).filter((k) => values[k]! > RESOLUTION * values[pairs - 1]!);
	const [roots, curved] = [matrix(kept.length, pairs), matrix(kept.length, pairs)];
	kept.forEach((k, row) => {
		const root = Float64Array.from(
			{ length: pairs },
			(_, i) => Math.sqrt(values[k]!) * vectors.data[i * pairs + k]!,
		);
		roots.data.set(root, row * pairs);
		curved.data.set(packed(outputCurvature(engine, force, unpacked(root, P))), row * pairs);
	});
	const H = symmetricEigen(engine, multiply(engine, curved, roots, { transposeB: true }));
	const scale = (c * c) / width;
	const eigenvalues = H.values.map((h) => 1 + scale * h);
	const cross = matrix(pairs, n);
	for (let i = 0; i < pairs; i++) {
		for (let a = 0; a < n; a++) cross.data[i * n + a] = (c / width) * all.data[(pairs + a) * total + i]!;
	}
	// x = F^+ V in the eigenbasis of H; a row of `roots` is F^T, whose pseudo-inverse divides by the eigenvalue.
	const images = multiply(engine, roots, cross);
	kept.forEach((k, row) => {
		for (let a = 0; a < n; a++) images.data[row * n + a]! /= values[k]!;
	});
	const x = multiply(engine, H.vectors, images, { transposeA: true });
	const weighted = matrix(
		x.rows,
		n,
		x.data.map((value, at) => {
			const k = Math.floor(at / n);
			return (value * H.values[k]!) / eigenvalues[k]!;
		}),
	);
	const curvature = multiply(engine, x, weighted, { transposeA: true });
	const covariance = matrix(n, n);
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++) {
			const own = all.data[(pairs + a) * total + pairs + b]! / width;
			covariance.data[a * n + b] = own - curvature.data[a * n + b]!;
		}
	}
	return { eigenvalues, covariance: mirrorLower(covariance) };
}

/** Relative to the largest variance of phi phi^T in any direction. */
const RESOLUTION = 1e-13;

/**
 * The covariance under p of the entries of phi phi^T (lower triangle row by row, those off the diagonal times sqrt 2) followed by
 * psi_a = c (phi_a - q_a^T R phi) (phi^T t) of every point, averages over positions.
 */
function nodeCovariance(
	engine: Engine,
	source: FeatureSource,
	{ second, fourth }: TiltedMeasure,
	pairs: number,
	predictors: Matrix,
	discrepancy: Float64Array,
	c: number,
): Matrix {
	const { unit } = source;
	const total = pairs + predictors.rows;
	const rows = (chunk: FeatureChunk) => nodeRows(engine, unit, chunk, pairs, predictors, discrepancy, c);
	const means = sumOverUnit(
		engine,
		source,
		{
			size: total,
			add(chunk, weights, sums) {
				const { count } = chunk;
				const [x, w] = [rows(chunk).block.data, weights.data];
				for (let k = 0; k < total; k++) {
					for (let s = 0; s < count; s++) sums[k]! += w[s]! * x[k * count + s]!;
				}
			},
		},
		second,
	);
	const squares = sumOverUnit(
		engine,
		source,
		{
			size: total * total,
			add(chunk, weights, sums) {
				const { count } = chunk;
				const values = rows(chunk);
				const product = view(engine.allocate(total * total), total, total);
				const [x, w] = [values.block.data, weights.data.map(Math.sqrt)];
				for (let k = 0; k < total; k++) for (let s = 0; s < count; s++) x[k * count + s]! *= w[s]!;
				engine.syrk(1, values, 0, product);
				const data = product.block.data;
				for (let k = 0; k < sums.length; k++) sums[k]! += data[k]!;
			},
		},
		fourth,
	);
	for (let i = 0; i < total; i++) {
		for (let j = 0; j <= i; j++) squares[i * total + j]! -= means[i]! * means[j]!;
	}
	return mirrorLower(matrix(total, total, squares));
}

/** The entries of phi phi^T and psi, averaged over positions: one row each, one column a node of the chunk. */
function nodeRows(
	engine: Engine,
	unit: HiddenUnit,
	chunk: FeatureChunk,
	pairs: number,
	predictors: Matrix,
	discrepancy: Float64Array,
	c: number,
): View {
	const { count } = chunk;
	const [n, P] = [predictors.rows, discrepancy.length];
	const result = view(engine.allocate((pairs + n) * count), pairs + n, count);
	const W = load(engine, predictors);
	const t = load(engine, matrix(1, P, discrepancy));
	const predicted = view(engine.allocate(n * count), n, count);
	const pull = view(engine.allocate(count), 1, count);
	const share = 1 / unit.positions;
	for (let i = 0; i < unit.positions; i++) {
		const phi = positionOf(chunk, unit, i);
		const train = { ...phi, rows: P };
		engine.gemm(1, W, train, 0, predicted);
		engine.gemm(1, t, train, 0, pull);
		addRows(result.block, phi, predicted.block, pull.block, { n, P, count, share, c });
	}
	return result;
}

function addRows(
	result: Block,
	phi: View,
	predicted: Block,
	pull: Block,
	{ n, P, count, share, c }: { n: number; P: number; count: number; share: number; c: number },
): void {
	const [to, x, y, s] = [result.data, phi.block.data, predicted.data, pull.data];
	const off = share * Math.SQRT2;
	let row = 0;
	for (let a = 0; a < P; a++) {
		const first = phi.offset + a * count;
		for (let b = 0; b <= a; b++, row++) {
			const second = phi.offset + b * count;
			const scale = a === b ? share : off;
			for (let m = 0; m < count; m++) to[row * count + m]! += scale * x[first + m]! * x[second + m]!;
		}
	}
	for (let a = 0; a < n; a++, row++) {
		const first = phi.offset + a * count;
		for (let m = 0; m < count; m++) {
			to[row * count + m]! += share * c * (x[first + m]! - y[a * count + m]!) * s[m]!;
		}
	}
}

/** A symmetric matrix from its coordinates in the orthonormal basis e_ii, (e_ij + e_ji) / sqrt 2, and back. */
function unpacked(coordinates: Float64Array, P: number): Matrix {
	const result = matrix(P, P);
	let k = 0;
	for (let a = 0; a < P; a++) {
		for (let b = 0; b <= a; b++, k++) {
			const value = a === b ? coordinates[k]! : coordinates[k]! / Math.SQRT2;
			result.data[a * P + b] = result.data[b * P + a] = value;
		}
	}
	return result;
}

function packed(m: Matrix): Float64Array {
	const P = m.rows;
	const result = new Float64Array((P * (P + 1)) / 2);
	let k = 0;
	for (let a = 0; a < P; a++) {
		for (let b = 0; b <= a; b++, k++) {
			result[k] = a === b ? m.data[a * P + a]! : Math.SQRT2 * m.data[a * P + b]!;
		}
	}
	return result;
}

function leadingBlock(m: Matrix, size: number): Matrix {
	const result = matrix(size, size);
	for (let i = 0; i < size; i++) result.data.set(matrixRow(m, i).subarray(0, size), i * size);
	return result;
}
