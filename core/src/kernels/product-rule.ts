/** Averages over two correlated normal variables by the product of two trapezoidal rules. */
import { type Engine, scoped } from "@finitude/engine";
import { activationAtNodes, type NormalRule, type PointwiseFunction } from "./normal-rule.ts";

/** The product rule needs no Hermite functions, so the weight itself decides: exp(-z^2/2) is 2e-22 at 10. */
const PRODUCT_RANGE = 10;

/** The trapezoidal rule of this step integrates the normal density itself to exp(-2 pi^2 / step^2) = e^-123. */
const LONGEST_STEP = 0.4;

/**
 * E[f(sqrt(a) z_1) g(sqrt(b) (r z_1 + sqrt(1 - r^2) z_2))] by two trapezoidal rules, by one where |r| = 1. The inner
 * function varies sqrt(1 - r^2) times more slowly than g(sqrt(b) z), so its step is longer by that factor.
 */
export function productRule(
	engine: Engine,
	[f, g]: readonly [PointwiseFunction, PointwiseFunction],
	rule: NormalRule,
	[a, b]: readonly [number, number],
	r: number,
): number {
	const spread = Math.sqrt((1 - r) * (1 + r));
	const outer = thinned(rule, 1);
	const inner =
		spread === 0
			? { nodes: Float64Array.of(0), weights: Float64Array.of(1) }
			: thinned(rule, Math.floor(Math.min(1 / spread, LONGEST_STEP / rule.step)));
	const outerValues = activationAtNodes(engine, f, Float64Array.of(a), outer.nodes).data;
	return scoped(engine, () => {
		const h = engine.allocate(inner.nodes.length);
		const value = engine.allocate(inner.nodes.length);
		let total = 0;
		for (let i = 0; i < outer.nodes.length; i++) {
			const mean = Math.sqrt(b) * r * outer.nodes[i]!;
			const x = h.data;
			for (let j = 0; j < x.length; j++) x[j] = mean + Math.sqrt(b) * spread * inner.nodes[j]!;
			g.evaluate(engine, h, value);
			const y = value.data;
			let average = 0;
			for (let j = 0; j < y.length; j++) average += inner.weights[j]! * y[j]!;
			total += outer.weights[i]! * outerValues[i]! * average;
		}
		return total;
	});
}

/** The rule of `stride` times the step, within the range of the product rule. */
function thinned({ nodes, weights }: NormalRule, stride: number): Pick<NormalRule, "nodes" | "weights"> {
	const middle = (nodes.length - 1) / 2;
	const kept = (_: number, i: number) => (i - middle) % stride === 0 && Math.abs(nodes[i]!) <= PRODUCT_RANGE;
	return { nodes: nodes.filter(kept), weights: weights.filter(kept).map((w) => stride * w) };
}
