import { type Engine, scoped } from "@finitude/engine";
import { activationNames, findActivation } from "../../activations/registry.ts";

/** Functions that make good targets and no activations. */
const TARGET_FUNCTIONS: Readonly<Record<string, (u: number) => number>> = {
	cubic: (u) => u * u * u,
	abs: Math.abs,
	sign: (u) => (u < 0 ? -1 : 1),
};

/** Functions of one variable that teachers apply to a projection of the input: all activations and a few more. */
export const LINK_NAMES = [...activationNames(), ...Object.keys(TARGET_FUNCTIONS)] as [string, ...string[]];

/** g(u), element-wise, g by name. */
export function applyLink(name: string, engine: Engine, u: Float64Array): Float64Array {
	const targetFunction = TARGET_FUNCTIONS[name];
	if (targetFunction) return u.map(targetFunction);
	const activation = findActivation(name);
	return scoped(engine, () => {
		const [input, output] = [engine.allocate(u.length), engine.allocate(u.length)];
		input.data.set(u);
		activation.evaluate(engine, input, output);
		return output.data.slice();
	});
}

/** sum_k c_k He_k(u) / sqrt(k!), with He_k the probabilists' Hermite polynomials: orthonormal under u ~ N(0, 1), so the
 * variance of the sum is sum_{k >= 1} c_k^2. */
export function hermiteSeries(coefficients: readonly number[], u: Float64Array): Float64Array {
	return u.map((x) => {
		// h_k = He_k / sqrt(k!): h_{k+1} = (x h_k - sqrt(k) h_{k-1}) / sqrt(k + 1).
		let previous = 0;
		let current = 1;
		let sum = 0;
		coefficients.forEach((c, k) => {
			sum += c * current;
			[previous, current] = [current, (x * current - Math.sqrt(k) * previous) / Math.sqrt(k + 1)];
		});
		return sum;
	});
}
