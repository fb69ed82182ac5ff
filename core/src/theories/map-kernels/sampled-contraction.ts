/** The covariance of a layer's kernel contracted with a conjugate kernel, from features at weighted points. */
import { type Engine, load, type Matrix, matrix, scoped, transpose, type View, view } from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import {
	averageOverUnit,
	type FeatureChunk,
	featureSource,
	type HiddenUnit,
	type Integrand,
	type IntegrationRule,
} from "../../tilted-unit/index.ts";

/**
 * sum_cd M_cd Cov(phi_a phi_b, phi_c phi_d) by one rule: with t = sum_cd M_cd phi_c phi_d it is <t phi_a phi_b> -
 * <t> <phi_a phi_b>, with the rule's own averages in both terms, so that the errors of the kernel cancel. O(S n^2) for S points.
 *
 * @param unit of the layer, at training and test points
 * @param conjugate M, P x P, symmetric
 * @returns n x n, exactly symmetric
 */
export function sampledContraction(
	engine: Engine,
	unit: HiddenUnit,
	conjugate: Matrix,
	rule: IntegrationRule,
): Matrix {
	const n = unit.points;
	const source = featureSource(engine, unit, rule, { stored: 0 });
	const { averages } = averageOverUnit(engine, source, weightedKernels(engine, unit, conjugate));
	const form = averages[2 * n * n]!;
	const result = matrix(n, n);
	for (let a = 0; a < n; a++) {
		for (let b = 0; b <= a; b++) {
			const at = a * n + b;
			result.data[at] = result.data[b * n + a] = averages[at]! - form * averages[n * n + at]!;
		}
	}
	return result;
}

/** The n x n averages of t phi phi^T, those of phi phi^T, and that of t. */
function weightedKernels(
	engine: Engine,
	{ points: n, trainPoints: P }: HiddenUnit,
	conjugate: Matrix,
): Integrand {
	return {
		size: 2 * n * n + 1,
		add({ features, count }, weights, sums) {
			scoped(engine, () => {
				const forms = quadraticForms(engine, conjugate, { ...features, rows: P }, count);
				const w = weights.data.slice();
				const weighted = w.map((x, s) => x * forms[s]!);
				addWeightedGram(engine, features, n, count, weighted, sums, 0);
				addWeightedGram(engine, features, n, count, w, sums, n * n);
				for (let s = 0; s < count; s++) sums[2 * n * n]! += weighted[s]!;
			});
		},
	};
}

/** phi^T M phi at every point. */
function quadraticForms(engine: Engine, m: Matrix, features: View, count: number): Float64Array {
	const P = m.rows;
	const M = load(engine, m);
	const product = view(engine.allocate(P * count), P, count);
	engine.gemm(1, M, features, 0, product);
	const phi = features.block.data;
	const image = product.block.data;
	const forms = new Float64Array(count);
	for (let a = 0; a < P; a++) {
		const row = features.offset + a * features.columns;
		for (let s = 0; s < count; s++) forms[s]! += phi[row + s]! * image[a * count + s]!;
	}
	return forms;
}

/** sums[offset + a n + b] += sum_s w_s phi_as phi_bs. */
function addWeightedGram(
	engine: Engine,
	features: FeatureChunk["features"],
	n: number,
	count: number,
	weights: Float64Array,
	sums: Float64Array,
	offset: number,
): void {
	const scaled = view(engine.allocate(n * count), n, count);
	const product = view(engine.allocate(n * n), n, n);
	const phi = features.block.data;
	const to = scaled.block.data;
	for (let a = 0; a < n; a++) {
		const row = features.offset + a * features.columns;
		for (let s = 0; s < count; s++) to[a * count + s] = weights[s]! * phi[row + s]!;
	}
	engine.gemm(1, scaled, transpose(features), 0, product);
	const { data } = product.block;
	for (let k = 0; k < n * n; k++) sums[offset + k]! += data[k]!;
}

/** The blocks of an n x n matrix over training, then test points. */
export function splitBlocks(joined: Matrix, P: number, testCovariance: boolean): KernelBlocks {
	const n = joined.rows;
	const tests = n - P;
	const block = (row: number, column: number, rows: number, columns: number): Matrix => {
		const result = matrix(rows, columns);
		for (let i = 0; i < rows; i++) {
			const from = (row + i) * n + column;
			result.data.set(joined.data.subarray(from, from + columns), i * columns);
		}
		return result;
	};
	const train = block(0, 0, P, P);
	if (tests === 0) return { train };
	return {
		train,
		test: {
			cross: block(P, 0, tests, P),
			diagonal: Float64Array.from({ length: tests }, (_, s) => joined.data[(P + s) * (n + 1)]!),
			...(testCovariance && { covariance: block(P, P, tests, tests) }),
		},
	};
}
