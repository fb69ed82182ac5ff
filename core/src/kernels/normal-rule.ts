/** The trapezoidal rule for averages over a standard normal variable. */
import { type Engine, type Matrix, matrix, scoped } from "@finitude/engine";
import type { Activation } from "../activations/activation.ts";
import { InputError } from "../errors.ts";

/** Averages are sums over nodes: E f(z) = sum_i weights[i] f(nodes[i]). Symmetric about 0, which is a node. */
export interface NormalRule {
	readonly step: number;
	readonly nodes: Float64Array;
	readonly weights: Float64Array;
}

/** What can be averaged over Gaussian pre-activations: an activation, or its derivative. */
export type AveragedFunction = Pick<Activation, "name" | "evaluate">;

/** Relative accuracy to which the rule is checked; for analytic functions the true error is far below it. */
export const RULE_ACCURACY = 1e-10;

/** exp(-z^2/4), the weight of a Hermite function, is 2e-16 at this z. */
const RANGE = 12;

/** Steps tried in turn; the count of nodes on each side is even, so that every other node is the rule of twice the step. */
const STEPS = [0.1, 0.05, 0.025, 0.0125, 0.00625, 0.003125];

const rules = new Map<number, NormalRule>();

/** The rule of a step, made once. */
function ruleOf(step: number): NormalRule {
	const known = rules.get(step);
	if (known !== undefined) return known;
	const made = makeRule(step);
	rules.set(step, made);
	return made;
}

function makeRule(step: number): NormalRule {
	const half = Math.round(RANGE / step);
	const nodes = Float64Array.from({ length: 2 * half + 1 }, (_, i) => (i - half) * step);
	const weights = nodes.map((z) => (step * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI));
	return { step, nodes, weights };
}

/** phi(sqrt(variance) z) at every node: one row per variance. */
export function activationAtNodes(
	engine: Engine,
	activation: AveragedFunction,
	variances: Float64Array,
	nodes: Float64Array,
): Matrix {
	return scoped(engine, () => {
		const count = variances.length * nodes.length;
		const h = engine.allocate(count);
		const value = engine.allocate(count);
		const data = h.data;
		variances.forEach((a, i) => {
			const deviation = Math.sqrt(a);
			nodes.forEach((z, j) => {
				data[i * nodes.length + j] = deviation * z;
			});
		});
		activation.evaluate(engine, h, value);
		return matrix(variances.length, nodes.length, value.data.slice());
	});
}

/** sum_i w_i f(z_i)^2 and sum_i w_i f(z_i) z_i^k for k = 0..3, over every `stride`-th node. */
function lowMoments(values: Float64Array, { nodes, weights }: NormalRule, stride: number): number[] {
	const moments = [0, 0, 0, 0, 0];
	for (let i = 0; i < nodes.length; i += stride) {
		const [f, z, w] = [values[i]!, nodes[i]!, stride * weights[i]!];
		moments[0]! += w * f * f;
		for (let k = 0; k < 4; k++) moments[k + 1]! += w * f * z ** k;
	}
	return moments;
}

/**
 * The coarsest rule whose moments of phi(sqrt(a) z), a the largest variance, agree to 1e-10 with those of twice its step.
 * For a function analytic in |Im h| < w the error falls as exp(-2 pi w / (sqrt(a) step)), so the accepted rule has about
 * the square of the error of the rule it was compared with.
 *
 * @param largestOrder of the Hermite functions that phi is to be multiplied by. He_k exp(-z^2/4) oscillates with the frequency
 * sqrt(k) around 0, so that the rule sees what phi has at 2 pi/step - sqrt(k): no more than c_k itself as long as
 * sqrt(k) step < pi, and far less at the 3/4 of it that are allowed.
 * @throws InputError when the finest rule does not agree: a kink or a jump, or a variance too large.
 */
export function chooseRule(
	engine: Engine,
	activation: AveragedFunction,
	largestVariance: number,
	largestOrder: number,
): NormalRule {
	let disagreement = Number.POSITIVE_INFINITY;
	for (const step of STEPS) {
		if (Math.sqrt(largestOrder) * step > 0.75 * Math.PI) continue;
		const rule = ruleOf(step);
		const values = activationAtNodes(engine, activation, Float64Array.of(largestVariance), rule.nodes).data;
		const fine = lowMoments(values, rule, 1);
		const coarse = lowMoments(values, rule, 2);
		// All moments vanish where phi(0) = 0 and every variance is 0: no difference is no disagreement then.
		const relative = (k: number, scale: number) =>
			fine[k] === coarse[k] ? 0 : Math.abs(fine[k]! - coarse[k]!) / scale;
		const norm = Math.sqrt(fine[0]!);
		disagreement = Math.max(relative(0, fine[0]!), ...[1, 2, 3, 4].map((k) => relative(k, norm)));
		if (disagreement <= RULE_ACCURACY) return rule;
	}
	throw new InputError({
		where: `activation ${activation.name}`,
		wanted: `Gaussian averages to a relative accuracy of ${RULE_ACCURACY} by quadrature`,
		got: `${disagreement.toExponential(1)} at a pre-activation variance of ${largestVariance}`,
		advice:
			"A function with a kink or a jump needs its own closed form (the `dual` of its definition); otherwise lower the weight variances or rescale the inputs.",
	});
}
