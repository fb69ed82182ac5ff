/** The renormalized output kernel R of several layers, section 3.6 of docs/theories/kernel-rescaling.md. */
import type { Engine } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import { combineBlocks, type KernelBlocks, mapBlocks, weightedSum } from "../../kernels/kernel-blocks.ts";
import { chi, type Network } from "../../network/network.ts";
import { type KernelFunction, partial, partialAndSecond, roughMixedPartial } from "./differences.ts";

/** R / Q_L as a function of theta_l = log Q_l of the layers below the last, and its derivatives. */
export interface RenormalizedKernel {
	readonly at: KernelFunction;
	/**
	 * Value, first and second derivatives; second[l][m] for m <= l.
	 *
	 * @param rough mixed second derivatives good to 1e-4 only, where they are expensive
	 */
	derivatives(
		theta: readonly number[],
		options?: { rough?: boolean },
	): {
		readonly value: KernelBlocks;
		readonly first: readonly KernelBlocks[];
		readonly second: readonly (readonly KernelBlocks[])[];
	};
}

/**
 * Recursion `nested`: C_l = Q_l g_l(C_{l-1}) + s_b^2, the rescaled kernel through every nonlinearity. Derivatives by differences
 * of nine points in theta.
 *
 * @param inputs C^(0), the kernel of the first pre-activations
 */
export function nestedKernel(engine: Engine, network: Network, inputs: KernelBlocks): RenormalizedKernel {
	const scaled = scaledRecursion(engine, network, inputs);
	const at = (theta: readonly number[]) => scaled(theta.map(Math.exp));
	return {
		at,
		derivatives(theta, { rough = false } = {}) {
			const value = at(theta);
			const pairs = theta.map((_, l) => partialAndSecond(at, theta, l, value));
			return {
				value,
				first: pairs.map(([first]) => first),
				second: pairs.map(([, second], l) => [
					...theta
						.slice(0, l)
						.map((_, m) => (rough ? roughMixedPartial(at, theta, l, m) : partial(partial(at, l), m)(theta))),
					second,
				]),
			};
		},
	};
}

/**
 * Recursion `full`: `nested` to first order in each Q_l - 1 of the layers below the last, a sum over the subsets T of these layers
 * of prod_{l in T} (Q_l - 1) times the mixed derivative of the recursion at Q = 1, taken once by differences of nine points.
 */
export function firstOrderKernel(engine: Engine, network: Network, inputs: KernelBlocks): RenormalizedKernel {
	const scaled = scaledRecursion(engine, network, inputs);
	const lower = network.layers.length - 1;
	const ones = new Array<number>(lower).fill(1);
	const subsets = Array.from({ length: 2 ** lower }, (_, bits) =>
		ones.map((_one, l) => ((bits >> l) & 1) === 1),
	);
	const coefficients = subsets.map((members) =>
		members.reduce((f, member, l) => (member ? partial(f, l) : f), scaled)(ones),
	);
	/** The derivative with respect to theta_l, l among `layers`, once each: their factor Q_l - 1 becomes Q_l. */
	const sum = (theta: readonly number[], layers: readonly number[]) => {
		const scales = theta.map(Math.exp);
		const weights = subsets.map((members) =>
			members.reduce((product, member, l) => {
				if (layers.includes(l)) return member ? product * scales[l]! : 0;
				return member ? product * (scales[l]! - 1) : product;
			}, 1),
		);
		return weightedSum(coefficients, weights);
	};
	return {
		at: (theta) => sum(theta, []),
		derivatives: (theta) => ({
			value: sum(theta, []),
			first: theta.map((_, l) => sum(theta, [l])),
			// d2/dtheta_l^2 of what is linear in Q_l is its first derivative.
			second: theta.map((_, l) => theta.slice(0, l + 1).map((_lower, m) => sum(theta, [l, m]))),
		}),
	};
}

/** g_L(.. s_2 g_2(s_1 g_1(C^(0)) + s_b^2) + s_b^2 ..): factors of the weights' part of every layer below the last. */
function scaledRecursion(engine: Engine, network: Network, inputs: KernelBlocks): KernelFunction {
	const { layers, readout } = network;
	return (factors) =>
		layers.reduce((covariance, layer, l) => {
			const features = mapBlocks(engine, dualOf(layer.activation), covariance);
			const above = layers[l + 1];
			return above === undefined
				? combineBlocks([features], readout.weightVariance / chi(network), 0)
				: combineBlocks([features], factors[l]! * above.weightVariance, above.biasVariance);
		}, inputs);
}
