/** Features of test points averaged over what no training point sees of them. */
import { dot, type Engine, type Matrix, matrix, matrixRow, scoped } from "@finitude/engine";
import type { FeatureMap } from "./features.ts";
import type { HiddenUnit } from "./hidden-unit.ts";
import { type SmoothTable, smoothTable } from "./smooth-table.ts";

/**
 * Features with rows, at w in the span of the training inputs, phi_a(w) at the P training points, and then for each of the
 * P* test points the mean of phi(u_* w + sigma_* z) over z ~ N(0, 1), followed by `orders` more rows for each test point,
 *
 *   c_k(w) = E phi(u_* w + sigma_* z) He_k(z) / sqrt(k!),   k = 1 .. orders,
 *
 * so that two test points whose parts outside the span have the correlation rho have, given w,
 * E phi_s phi_t = sum_k rho^k c_k^s c_k^t (Mehler's formula). Where asked for, the last P* rows are E phi^2.
 */
export interface ConditionalFeatures {
	/** P + P* (1 + orders), and P* more with the squares. */
	readonly rows: number;
	readonly evaluate: FeatureMap;
}

/** How many rows follow the means of the test points. */
export interface ConditionalRows {
	/** Orders of Mehler's formula. */
	readonly orders?: number;
	/** E phi^2 as well. */
	readonly squares?: boolean;
}

/**
 * @param unit reduced to the training points
 * @param accurate to rounding; otherwise by tables to about 1e-6, which is below the error of random points
 */
export function conditionalFeatures(
	unit: HiddenUnit,
	{ orders = 0, squares = false }: ConditionalRows,
	accurate: boolean,
): ConditionalFeatures {
	const { activation, trainPoints: P } = unit;
	const tests = unit.points - P;
	const blocks = 1 + orders + (squares ? 1 : 0);
	const deviations = outsideDeviations(unit);
	const scales = activation.smoothedScale && deviations.map((sigma) => activation.smoothedScale!(sigma));
	const tables: SmoothTable[] = [];
	// Blocks of rows from here on are averages over z by a sum.
	const summed = scales ? 1 : 0;
	return {
		rows: P + tests * blocks,
		evaluate(engine, h, phi) {
			const count = h.columns;
			const [train, direct] = [P * count, (P + summed * tests) * count];
			activation.evaluate(engine, h.block.slice(0, train), phi.block.slice(0, train));
			if (scales && tests > 0) {
				const scaled = engine.allocate(tests * count);
				const [from, to] = [h.block.data, scaled.data];
				for (let k = 0; k < to.length; k++) to[k] = scales[Math.floor(k / count)]! * from[train + k]!;
				activation.evaluate(engine, scaled, phi.block.slice(train, direct - train));
			}
			if (summed === blocks) return;
			for (let b = 0; b < tests; b++) {
				const row = train + b * count;
				const own = h.block.data.slice(row, row + count);
				const functions = (at: Float64Array) =>
					averagesAt(engine, activation, at, deviations[b]!, orders, squares).slice(summed);
				let found: readonly Float64Array[];
				if (accurate || deviations[b] === 0) found = functions(own);
				else {
					tables[b] ??= smoothTable();
					found = tables[b]!(own, functions);
				}
				const out = phi.block.data;
				for (let k = summed; k < blocks; k++) out.set(found[k - summed]!, (P + k * tests + b) * count);
			}
		},
	};
}

/** c_0, ..., c_orders and, where asked for, E phi^2 at some means of the pre-activation. */
function averagesAt(
	engine: Engine,
	activation: HiddenUnit["activation"],
	means: Float64Array,
	sigma: number,
	orders: number,
	squares: boolean,
): Float64Array[] {
	return scoped(engine, () => {
		const count = means.length;
		const [shifted, value] = [engine.allocate(count), engine.allocate(count)];
		const sums = Array.from({ length: 1 + orders + (squares ? 1 : 0) }, () => new Float64Array(count));
		const { nodes, weights } = normalNodes(sigma);
		nodes.forEach((node, j) => {
			const to = shifted.data;
			for (let i = 0; i < count; i++) to[i] = means[i]! + sigma * node;
			activation.evaluate(engine, shifted, value);
			const f = value.data;
			hermiteFunctions(node, orders).forEach((hermite, k) => {
				const weight = weights[j]! * hermite;
				const sum = sums[k]!;
				for (let i = 0; i < count; i++) sum[i]! += weight * f[i]!;
			});
			if (!squares) return;
			const sum = sums.at(-1)!;
			for (let i = 0; i < count; i++) sum[i]! += weights[j]! * f[i]! ** 2;
		});
		return sums;
	});
}

/** sigma of each test point: the prior deviation of its pre-activation outside the span of the training inputs. */
export function outsideDeviations({ points, trainPoints, outside }: HiddenUnit): Float64Array {
	return Float64Array.from({ length: points - trainPoints }, (_, b) =>
		outside ? Math.sqrt(dot(matrixRow(outside, b), matrixRow(outside, b))) : 0,
	);
}

/**
 * A trapezoidal rule for E f(sigma z), f a product of two activations. Steps of 0.35 in the pre-activation put the error at
 * exp(-2 pi w / 0.35) for a function analytic within w of the real axis, 1e-12 for tanh (w = pi/2) and less for erf, sigmoid and
 * sin; steps of 0.5 in z resolve the normal density to exp(-2 pi^2 / 0.5^2) = 1e-34, and beyond |z| = 8.5 it weighs 1e-17.
 */
function normalNodes(sigma: number): { nodes: Float64Array; weights: Float64Array } {
	if (sigma === 0) return { nodes: Float64Array.of(0), weights: Float64Array.of(1) };
	const step = Math.min(0.5, 0.35 / sigma);
	const half = Math.ceil(8.5 / step);
	const nodes = Float64Array.from({ length: 2 * half + 1 }, (_, j) => (j - half) * step);
	return { nodes, weights: nodes.map((z) => (step * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI)) };
}

/** He_k(z) / sqrt(k!) for k = 0 .. orders. */
function hermiteFunctions(z: number, orders: number): Float64Array {
	const values = new Float64Array(orders + 1);
	values[0] = 1;
	if (orders > 0) values[1] = z;
	for (let k = 1; k < orders; k++) {
		values[k + 1] = (z * values[k]! - Math.sqrt(k) * values[k - 1]!) / Math.sqrt(k + 1);
	}
	return values;
}

/** Correlations of the parts of the test points outside the span, P* x P*; 0 for a point without such a part. */
export function outsideCorrelations(unit: HiddenUnit): Matrix {
	const { points, trainPoints, outside } = unit;
	const deviations = outsideDeviations(unit);
	const tests = points - trainPoints;
	const result = matrix(tests, tests);
	if (!outside) return result;
	for (let s = 0; s < tests; s++) {
		for (let t = 0; t < tests; t++) {
			const scale = deviations[s]! * deviations[t]!;
			const product = dot(matrixRow(outside, s), matrixRow(outside, t));
			if (scale > 0) result.data[s * tests + t] = product / scale;
		}
	}
	return result;
}

/** What is left of Mehler's formula is below this fraction of the variances, or the note says so. */
export const MEHLER_ACCURACY = 1e-10;

const MOST_ORDERS = 40;

/** The largest |correlation| between two of the points. */
export function largestCorrelation({ rows, data }: Matrix): number {
	return data.reduce((most, x, k) => (k % (rows + 1) === 0 ? most : Math.max(most, Math.abs(x))), 0);
}

/** After K orders rho^(K + 1) of the variances is left at most: as many orders as bring it below `MEHLER_ACCURACY`, at most 40. */
export function mehlerOrders(correlations: Matrix): number {
	const rho = largestCorrelation(correlations);
	if (rho === 0) return 0;
	const wanted = rho < 1 ? Math.ceil(Math.log(MEHLER_ACCURACY) / Math.log(rho)) - 1 : MOST_ORDERS;
	return Math.min(MOST_ORDERS, Math.max(1, wanted));
}
