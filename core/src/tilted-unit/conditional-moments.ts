/** Moments of test points under weights on the nodes of the training points. */
import { type Engine, matrix, mirrorLower, transpose, type View, view } from "@finitude/engine";
import type { TestBlocks } from "../kernels/kernel-blocks.ts";
import { conditionalFeatures, mehlerOrders, outsideCorrelations } from "./conditional-features.ts";
import { type FeatureChunk, featureSource } from "./features.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import type { IntegrationRule } from "./integration-rule.ts";
import { sumOverUnit } from "./tilted-measure.ts";

/**
 * sum_s weights_s phi_* phi_a, sum_s weights_s phi_*^2 and, where asked for, sum_s weights_s phi_s phi_t between test points,
 * with phi_* phi_a, phi_*^2 and phi_s phi_t replaced by their means given the pre-activations of the training points.
 *
 * @param unit one position, w covering at least the training points
 * @param weights one for each node of the rule, in its order
 * @param covariance also between test points
 */
export function conditionalMoments(
	engine: Engine,
	unit: HiddenUnit,
	rule: IntegrationRule,
	weights: Float64Array,
	covariance: boolean,
): TestBlocks {
	const P = unit.trainPoints;
	const tests = unit.points - P;
	const correlations = outsideCorrelations(unit);
	const orders = covariance ? mehlerOrders(correlations) : 0;
	const features = conditionalFeatures(unit, { orders, squares: true }, rule.kind === "trapezoid");
	const source = featureSource(engine, unit, rule, { ...features, stored: 0 });
	const [crossSize, squaresFrom] = [tests * P, P + tests * (1 + orders)];
	const sums = sumOverUnit(
		engine,
		source,
		{
			size: crossSize + tests + (covariance ? tests * tests : 0),
			add(chunk, block, into) {
				// What is allocated below may move the engine's memory.
				const w = block.data.slice();
				const scaled = scaledRows(engine, chunk, P, tests, w);
				addProduct(engine, scaled, rows(chunk, 0, P), into.subarray(0, crossSize));
				const phi = chunk.features.block.data;
				for (let b = 0; b < tests; b++) {
					const from = (squaresFrom + b) * chunk.count;
					for (let i = 0; i < chunk.count; i++) into[crossSize + b]! += w[i]! * phi[from + i]!;
				}
				if (!covariance) return;
				const between = into.subarray(crossSize + tests);
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
		weights,
	);
	const cross = matrix(tests, P, sums.slice(0, crossSize));
	const diagonal = sums.slice(crossSize, crossSize + tests);
	if (!covariance) return { cross, diagonal };
	const between = mirrorLower(matrix(tests, tests, sums.slice(crossSize + tests)));
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
