/** The covariance of a layer's kernel contracted with a conjugate kernel, from features at weighted points. */
import { type Engine, load, type Matrix, matrix, transpose, type View, view } from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import {
	averageOverUnit,
	featureSource,
	type HiddenUnit,
	type Integrand,
	type IntegrationRule,
} from "../../tilted-unit/index.ts";

/** Which averages there are: n x c entries of phi_a phi_b, then the n of phi_a^2. */
interface PairSizes {
	/** n */
	readonly points: number;
	/** c: P, or n where the pairs of test points are wanted. */
	readonly columns: number;
}

/**
 * sum_cd M_cd Cov(phi_a phi_b, phi_c phi_d) by one rule: with t = sum_cd M_cd phi_c phi_d it is <t phi_a phi_b> -
 * <t> <phi_a phi_b>, with the rule's own averages in both terms, so that the errors of the kernel cancel. O(S n P) for S points.
 *
 * @param unit of the layer, at training and test points
 * @param conjugate M, P x P, symmetric
 * @param testCovariance whether the P* x P* block is wanted
 * @returns what `pairBlocks` takes apart
 */
export function sampledContraction(
	engine: Engine,
	unit: HiddenUnit,
	conjugate: Matrix,
	rule: IntegrationRule,
	testCovariance: boolean,
): Float64Array {
	const sizes = pairSizes(unit, testCovariance);
	const source = featureSource(engine, unit, rule, { stored: 0 });
	const { averages } = averageOverUnit(engine, source, weightedPairs(engine, sizes, conjugate));
	const size = (averages.length - 1) / 2;
	const form = averages[2 * size]!;
	return averages.slice(0, size).map((x, k) => x - form * averages[size + k]!);
}

/** The blocks of a contraction, exactly symmetric. */
export function pairBlocks(values: Float64Array, unit: HiddenUnit, testCovariance: boolean): KernelBlocks {
	const { points: n, columns } = pairSizes(unit, testCovariance);
	const P = unit.trainPoints;
	const tests = n - P;
	const entry = (a: number, b: number) => values[a * columns + b]!;
	const square = (first: number, size: number): Matrix => {
		const result = matrix(size, size);
		for (let i = 0; i < size; i++) {
			for (let j = 0; j <= i; j++) {
				result.data[i * size + j] = result.data[j * size + i] = entry(first + i, first + j);
			}
		}
		return result;
	};
	const train = square(0, P);
	if (tests === 0) return { train };
	const cross = matrix(tests, P);
	for (let s = 0; s < tests; s++) for (let b = 0; b < P; b++) cross.data[s * P + b] = entry(P + s, b);
	const diagonal = values.slice(n * columns + P, n * columns + n);
	if (!testCovariance) return { train, test: { cross, diagonal } };
	const covariance = square(P, tests);
	// One number each, also where the order of a sum differs.
	diagonal.forEach((x, s) => {
		covariance.data[s * (tests + 1)] = x;
	});
	return { train, test: { cross, diagonal, covariance } };
}

function pairSizes({ points, trainPoints }: HiddenUnit, testCovariance: boolean): PairSizes {
	return { points, columns: testCovariance ? points : trainPoints };
}

/** The averages of t phi phi^T, those of phi phi^T, and that of t. */
function weightedPairs(engine: Engine, sizes: PairSizes, conjugate: Matrix): Integrand {
	const size = sizes.points * (sizes.columns + 1);
	return {
		size: 2 * size + 1,
		add({ features, count }, weights, sums) {
			const forms = quadraticForms(engine, conjugate, features, count);
			const w = weights.data.slice();
			const weighted = w.map((x, s) => x * forms[s]!);
			addPairs(engine, sizes, features, weighted, sums.subarray(0, size));
			addPairs(engine, sizes, features, w, sums.subarray(size, 2 * size));
			for (let s = 0; s < count; s++) sums[2 * size]! += weighted[s]!;
		},
	};
}

/** phi^T M phi over the training points, for every column of the features. */
function quadraticForms(engine: Engine, m: Matrix, features: View, count: number): Float64Array {
	const P = m.rows;
	const M = load(engine, m);
	const product = view(engine.allocate(P * count), P, count);
	engine.gemm(1, M, { ...features, rows: P }, 0, product);
	const phi = features.block.data;
	const image = product.block.data;
	const forms = new Float64Array(count);
	for (let a = 0; a < P; a++) {
		const row = features.offset + a * features.columns;
		for (let s = 0; s < count; s++) forms[s]! += phi[row + s]! * image[a * count + s]!;
	}
	return forms;
}

/** Adds sum_s w_s phi_as phi_bs. */
function addPairs(
	engine: Engine,
	{ points: n, columns }: PairSizes,
	features: View,
	weights: Float64Array,
	sums: Float64Array,
): void {
	const count = weights.length;
	const scaled = view(engine.allocate(n * count), n, count);
	const product = view(engine.allocate(n * columns), n, columns);
	const phi = features.block.data;
	const to = scaled.block.data;
	for (let a = 0; a < n; a++) {
		const row = features.offset + a * features.columns;
		let square = 0;
		for (let s = 0; s < count; s++) {
			const x = phi[row + s]!;
			to[a * count + s] = weights[s]! * x;
			square += weights[s]! * x * x;
		}
		sums[n * columns + a]! += square;
	}
	engine.gemm(1, scaled, transpose({ ...features, rows: columns }), 0, product);
	const { data } = product.block;
	for (let k = 0; k < n * columns; k++) sums[k]! += data[k]!;
}
