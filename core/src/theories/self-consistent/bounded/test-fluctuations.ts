import { type Engine, type Matrix, matrix, mirrorLower, transpose, type View, view } from "@finitude/engine";
import type { TestBlocks } from "../../../kernels/kernel-blocks.ts";
import {
	averageOverUnit,
	conditionalUnit,
	type FeatureChunk,
	featureSource,
	type HiddenUnit,
	type IntegrationRule,
	mehlerOrders,
	outsideCorrelations,
} from "../../../tilted-unit/index.ts";
import type { BoundedNetwork } from "./bounded-cumulant.ts";
import { field, treeTilt } from "./unit-averages.ts";

interface TestFluctuations {
	readonly network: BoundedNetwork;
	/** Reduced to the training points. */
	readonly unit: HiddenUnit;
	readonly rule: IntegrationRule;
	readonly tau: Float64Array;
	/** W' at training and test points. */
	readonly gradient: Float64Array;
	/** Also between test points. */
	readonly covariance: boolean;
}

/**
 * W'' between test and training points, at each test point and, where asked for, between test points: equation (14) with
 * phi_* phi_a, phi_*^2 and phi_s phi_t replaced by their means given the pre-activations of the training points.
 */
export function testFluctuations(
	engine: Engine,
	{ network, unit, rule, tau, gradient, covariance }: TestFluctuations,
): TestBlocks {
	const { width, readoutVariance, readoutBiasVariance } = network;
	const c = readoutVariance / width;
	const P = unit.trainPoints;
	const tests = unit.points - P;
	const correlations = outsideCorrelations(unit);
	const orders = covariance ? mehlerOrders(correlations) : 0;
	const { unit: extended, evaluate } = conditionalUnit(
		unit,
		{ orders, squares: true },
		rule.kind === "trapezoid",
	);
	const source = featureSource(engine, extended, rule, { evaluate, stored: 0 });
	const [crossSize, squaresFrom] = [tests * P, P + tests * (1 + orders)];
	const { averages } = averageOverUnit(
		engine,
		source,
		{
			size: crossSize + tests + (covariance ? tests * tests : 0),
			add(chunk, weights, sums) {
				const s = field(engine, chunk, tau);
				const w = s.map((x, i) => weights.data[i]! * (1 + c * x * x));
				const scaled = scaledRows(engine, chunk, P, tests, w);
				addProduct(engine, scaled, rows(chunk, 0, P), sums.subarray(0, crossSize));
				const phi = chunk.features.block.data;
				for (let b = 0; b < tests; b++) {
					const from = (squaresFrom + b) * chunk.count;
					for (let i = 0; i < chunk.count; i++) sums[crossSize + b]! += w[i]! * phi[from + i]!;
				}
				if (!covariance) return;
				const between = sums.subarray(crossSize + tests);
				for (let k = 0; k <= orders; k++) {
					const from = P + k * tests;
					const product = k === 0 ? scaled : scaledRows(engine, chunk, from, tests, w);
					addProduct(
						engine,
						product,
						rows(chunk, from, tests),
						between,
						(entry) => correlations.data[entry]! ** k,
					);
				}
			},
		},
		treeTilt(c, tau),
	);
	const total = readoutBiasVariance * tau.reduce((sum, x) => sum + x, 0);
	const mean = (a: number) => (gradient[a]! - total) / readoutVariance;
	const entry = (moment: number, a: number, b: number) =>
		readoutVariance * (moment - c * mean(a) * mean(b)) + readoutBiasVariance;
	const fill = (count: number, columns: number, from: number, offset: number): Matrix =>
		matrix(
			count,
			columns,
			Float64Array.from({ length: count * columns }, (_, k) =>
				entry(averages[from + k]!, P + Math.floor(k / columns), offset + (k % columns)),
			),
		);
	const diagonal = Float64Array.from({ length: tests }, (_, b) =>
		entry(averages[crossSize + b]!, P + b, P + b),
	);
	const cross = fill(tests, P, 0, 0);
	if (!covariance) return { cross, diagonal };
	const between = mirrorLower(fill(tests, tests, crossSize + tests, P));
	for (let b = 0; b < tests; b++) between.data[b * tests + b] = diagonal[b]!;
	return { cross, diagonal, covariance: between };
}

/** `count` rows of the features from `from` on. */
function rows({ features }: FeatureChunk, from: number, count: number): View {
	return { ...features, offset: features.offset + from * features.columns, rows: count };
}

/** The same rows, every column times its weight. */
function scaledRows(
	engine: Engine,
	chunk: FeatureChunk,
	from: number,
	count: number,
	weights: Float64Array,
): View {
	const source = rows(chunk, from, count);
	const result = view(engine.allocate(count * chunk.count), count, chunk.count);
	const [x, y] = [source.block.data, result.block.data];
	for (let k = 0; k < y.length; k++) y[k] = x[source.offset + k]! * weights[k % chunk.count]!;
	return result;
}

/** sums += A B^T, entry by entry times a factor. */
function addProduct(
	engine: Engine,
	a: View,
	b: View,
	sums: Float64Array,
	factor: (entry: number) => number = () => 1,
): void {
	const product = view(engine.allocate(a.rows * b.rows), a.rows, b.rows);
	engine.gemm(1, a, transpose(b), 0, product);
	const block = product.block.data;
	for (let k = 0; k < block.length; k++) sums[k]! += factor(k) * block[k]!;
}
