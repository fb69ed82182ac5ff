/** Averages over two correlated normal variables by the product of two trapezoidal rules. */
import { type Block, type Engine, scoped } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import type { AveragedFunction, NormalRule } from "./normal-rule.ts";

/** The product rule needs no Hermite functions, so the weight itself decides: exp(-z^2/2) is 2e-22 at 10. */
const PRODUCT_RANGE = 10;

/** The trapezoidal rule of this step integrates the normal density itself to exp(-2 pi^2 / step^2) = e^-123. */
const LONGEST_STEP = 0.4;

type Rule = Pick<NormalRule, "nodes" | "weights">;

/** h_a = sqrt(a) z_1 and h_b = sqrt(b) (r z_1 + sqrt(1 - r^2) z_2). */
export interface CorrelatedPair {
	readonly a: number;
	readonly b: number;
	readonly r: number;
}

/** <phi(h_a) phi(h_b)>. */
export function productRule(
	engine: Engine,
	activation: AveragedFunction,
	rule: NormalRule,
	pair: CorrelatedPair,
): number {
	const { outer, inner } = rulesOf(rule, pair);
	return scoped(engine, () => {
		const [own, others] = argumentsOf(engine, outer, inner, pair);
		const [value, otherValues] = [own, others].map(({ length }) => engine.allocate(length)) as [Block, Block];
		activation.evaluate(engine, own, value);
		activation.evaluate(engine, others, otherValues);
		const averages = innerAverages(otherValues.data, inner);
		return weightedSum(outer, value.data, averages);
	});
}

/** What the gradient of <phi(h_a) phi(h_b)> is made of. */
export interface SlopeMoments {
	/** <phi'(h_a) phi'(h_b)> */
	readonly both: number;
	/** <h_a phi'(h_a) phi(h_b)> */
	readonly first: number;
	/** <phi(h_a) h_b phi'(h_b)> */
	readonly second: number;
}

/** All three from one evaluation of phi and its derivative at every node. */
export function slopeMoments(
	engine: Engine,
	activation: Activation,
	rule: NormalRule,
	pair: CorrelatedPair,
): SlopeMoments {
	const { outer, inner } = rulesOf(rule, pair);
	return scoped(engine, () => {
		const [own, others] = argumentsOf(engine, outer, inner, pair);
		const blocks = [own, own, others, others].map(({ length }) => engine.allocate(length));
		const [value, slope, otherValues, otherSlopes] = blocks as [Block, Block, Block, Block];
		activation.valueAndDerivative(engine, own, value, slope);
		activation.valueAndDerivative(engine, others, otherValues, otherSlopes);
		const slopes = innerAverages(otherSlopes.data, inner);
		const values = innerAverages(otherValues.data, inner);
		const scaled = innerAverages(times(others.data, otherSlopes.data), inner);
		return {
			both: weightedSum(outer, slope.data, slopes),
			first: weightedSum(outer, times(own.data, slope.data), values),
			second: weightedSum(outer, value.data, scaled),
		};
	});
}

/**
 * Both rules; a single inner node where |r| = 1. The inner function varies sqrt(1 - r^2) times more slowly than the outer
 * one, so its step is longer by that factor.
 */
function rulesOf(rule: NormalRule, { r }: CorrelatedPair): { outer: Rule; inner: Rule } {
	const spread = Math.sqrt((1 - r) * (1 + r));
	const inner =
		spread === 0
			? { nodes: Float64Array.of(0), weights: Float64Array.of(1) }
			: thinned(rule, Math.floor(Math.min(1 / spread, LONGEST_STEP / rule.step)));
	return { outer: thinned(rule, 1), inner };
}

/** h_a at the outer nodes; h_b at the inner nodes of each outer one, row by row. */
function argumentsOf(engine: Engine, outer: Rule, inner: Rule, { a, b, r }: CorrelatedPair): [Block, Block] {
	const [n, m] = [outer.nodes.length, inner.nodes.length];
	const own = engine.allocate(n);
	const others = engine.allocate(n * m);
	const [x, y] = [own.data, others.data];
	const spread = Math.sqrt(b) * Math.sqrt((1 - r) * (1 + r));
	for (let i = 0; i < n; i++) {
		x[i] = Math.sqrt(a) * outer.nodes[i]!;
		const mean = Math.sqrt(b) * r * outer.nodes[i]!;
		for (let j = 0; j < m; j++) y[i * m + j] = mean + spread * inner.nodes[j]!;
	}
	return [own, others];
}

/** The average over the inner nodes of each row. */
function innerAverages(values: Float64Array, { weights }: Rule): Float64Array {
	const m = weights.length;
	const averages = new Float64Array(values.length / m);
	for (let i = 0; i < averages.length; i++) {
		for (let j = 0; j < m; j++) averages[i]! += weights[j]! * values[i * m + j]!;
	}
	return averages;
}

function weightedSum({ weights }: Rule, x: Float64Array, y: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < weights.length; i++) sum += weights[i]! * x[i]! * y[i]!;
	return sum;
}

function times(x: Float64Array, y: Float64Array): Float64Array {
	return x.map((value, i) => value * y[i]!);
}

/** The rule of `stride` times the step, within the range of the product rule. */
function thinned({ nodes, weights }: NormalRule, stride: number): Rule {
	const middle = (nodes.length - 1) / 2;
	const kept = (_: number, i: number) => (i - middle) % stride === 0 && Math.abs(nodes[i]!) <= PRODUCT_RANGE;
	return { nodes: nodes.filter(kept), weights: weights.filter(kept).map((w) => stride * w) };
}
