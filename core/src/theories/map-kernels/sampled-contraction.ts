/** The covariance of a layer's kernel contracted with a conjugate kernel, from features at weighted points. */
import { type Engine, load, type Matrix, matrix, transpose, type View, view } from "@finitude/engine";
import { combineBlocks, type KernelBlocks } from "../../kernels/kernel-blocks.ts";
import {
	averageOverUnit,
	featureSource,
	type HiddenUnit,
	type Integrand,
	type IntegrationRule,
} from "../../tilted-unit/index.ts";
import type { QuadraticPart } from "./quadratic-part.ts";

/** Which averages there are: n x c entries of phi_a phi_b, then the n of phi_a^2. */
interface PairSizes {
	/** n */
	readonly points: number;
	/** c: P, or n where the pairs of test points are wanted. */
	readonly columns: number;
}

/**
 * sum_cd M_cd Cov(phi_a phi_b, phi_c phi_d): exactly for the quadratic part of t = sum_cd M_cd phi_c phi_d, and for the rest
 * r = t - h^T A h - <t - h^T A h> by one rule, <r (phi_a phi_b - <phi_a phi_b>)>. O(S n P) for S points.
 *
 * @param unit of the layer, at training and test points
 * @param conjugate M, P x P, symmetric
 * @param quadratic the same for every rule
 * @param testCovariance whether the P* x P* block is wanted
 */
export function sampledContraction(
	engine: Engine,
	unit: HiddenUnit,
	conjugate: Matrix,
	quadratic: QuadraticPart,
	rule: IntegrationRule,
	testCovariance: boolean,
): KernelBlocks {
	const { points, trainPoints } = unit;
	const sizes = { points, columns: testCovariance ? points : trainPoints };
	const source = featureSource(engine, unit, rule, { stored: 0 });
	const { averages } = averageOverUnit(engine, source, weightedPairs(engine, sizes, conjugate, quadratic));
	const rest = averages.at(-1)!;
	return combineBlocks(
		[
			quadratic.contraction,
			pairBlocks(averages, sizes, trainPoints, testCovariance),
			combineBlocks([quadratic.kernel], -rest, 0),
		],
		1,
		0,
	);
}

/** The averages as blocks, exactly symmetric. */
function pairBlocks(
	averages: Float64Array,
	{ points: n, columns }: PairSizes,
	P: number,
	testCovariance: boolean,
): KernelBlocks {
	const tests = n - P;
	const entry = (a: number, b: number) => averages[a * columns + b]!;
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
	const diagonal = averages.slice(n * columns + P, n * columns + n);
	if (!testCovariance) return { train, test: { cross, diagonal } };
	const covariance = square(P, tests);
	// One number each, also where the order of a sum differs.
	diagonal.forEach((x, s) => {
		covariance.data[s * (tests + 1)] = x;
	});
	return { train, test: { cross, diagonal, covariance } };
}

/** The averages of r phi phi^T, and that of r. */
function weightedPairs(
	engine: Engine,
	sizes: PairSizes,
	conjugate: Matrix,
	{ form, offset }: QuadraticPart,
): Integrand {
	const size = sizes.points * (sizes.columns + 1);
	return {
		size: size + 1,
		add({ features, preactivations, count }, weights, sums) {
			const ofFeatures = quadraticForms(engine, conjugate, features, count);
			const quadratic = quadraticForms(engine, form, preactivations!, count);
			const weighted = weights.data.map((w, s) => w * (ofFeatures[s]! - quadratic[s]! - offset));
			addPairs(engine, sizes, features, weighted, sums);
			for (let s = 0; s < count; s++) sums[size]! += weighted[s]!;
		},
	};
}

/** x^T M x over the training points, for every column x. */
function quadraticForms(engine: Engine, m: Matrix, columns: View, count: number): Float64Array {
	const P = m.rows;
	const M = load(engine, m);
	const product = view(engine.allocate(P * count), P, count);
	engine.gemm(1, M, { ...columns, rows: P }, 0, product);
	const x = columns.block.data;
	const image = product.block.data;
	const forms = new Float64Array(count);
	for (let a = 0; a < P; a++) {
		const row = columns.offset + a * columns.columns;
		for (let s = 0; s < count; s++) forms[s]! += x[row + s]! * image[a * count + s]!;
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
