/** The renormalized output kernel R of several layers, section "Several layers" of docs/theories/kernel-rescaling.md. */
import type { Engine } from "@finitude/engine";
import { dualOf } from "../../kernels/dual-of.ts";
import type { PackedBlocks } from "../../kernels/kernel-blocks.ts";
import { chi, type Network } from "../../network/network.ts";
import { type ListFunction, partial } from "./differences.ts";

/** R / Q_L as a function of theta_l = log Q_l of the layers below the last: its entries, packed as the kernel of the inputs was. */
export interface RenormalizedKernel {
	readonly at: ListFunction;
	/**
	 * Value, first and second derivatives; second[l][m] for m <= l.
	 *
	 * @param rough second derivatives good to 1e-4 only, where they are expensive
	 */
	derivatives(
		theta: readonly number[],
		options?: { rough?: boolean },
	): {
		readonly value: Float64Array;
		readonly first: readonly Float64Array[];
		readonly second: readonly (readonly Float64Array[])[];
	};
}

/**
 * Recursion `nested`: C_l = Q_l g_l(C_{l-1}) + s_b^2, the rescaled kernel through every nonlinearity. Second derivatives are
 * differences of the first.
 *
 * @param inputs C^(0), the kernel of the first pre-activations
 */
export function nestedKernel(engine: Engine, network: Network, inputs: PackedBlocks): RenormalizedKernel {
	const recursion = scaledRecursion(engine, network, inputs);
	return {
		at: (theta) => recursion(theta).value,
		derivatives(theta, { rough = false } = {}) {
			const { value, slopes } = recursion(theta, { slopes: true });
			// All slopes side by side, so that they share their differences.
			const joined: ListFunction = (x) => joinedLists(recursion(x, { slopes: true }).slopes);
			const bends = theta.map((_, m) => partial(joined, m, { rough })(theta));
			return {
				value,
				first: slopes,
				second: theta.map((_, l) =>
					theta
						.slice(0, l + 1)
						.map((_lower, m) => bends[m]!.subarray(l * value.length, (l + 1) * value.length)),
				),
			};
		},
	};
}

/**
 * Recursion `full`: `nested` to first order in each Q_l - 1 of the layers below the last, a sum over the subsets T of these layers
 * of prod_{l in T} (Q_l - 1) times the mixed derivative of the recursion at Q = 1.
 */
export function firstOrderKernel(engine: Engine, network: Network, inputs: PackedBlocks): RenormalizedKernel {
	const lower = network.layers.length - 1;
	const subsets = Array.from({ length: 2 ** lower }, (_, bits) =>
		Array.from({ length: lower }, (_layer, l) => ((bits >> l) & 1) === 1),
	);
	const coefficients = subsets.map(mixedDerivatives(engine, network, inputs));
	/** Differentiated with respect to theta_l, l among `layers`, once each: their factor Q_l - 1 becomes Q_l. */
	const sum = (theta: readonly number[], layers: readonly number[]) => {
		const scales = theta.map(Math.exp);
		const result = new Float64Array(coefficients[0]!.length);
		subsets.forEach((members, t) => {
			const weight = members.reduce((product, member, l) => {
				if (layers.includes(l)) return member ? product * scales[l]! : 0;
				return member ? product * (scales[l]! - 1) : product;
			}, 1);
			const coefficient = coefficients[t]!;
			for (let i = 0; i < result.length; i++) result[i]! += weight * coefficient[i]!;
		});
		return result;
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

/** The derivative once in each Q_l with `members[l]`, at Q = 1: the highest of them exactly, the others by differences. */
function mixedDerivatives(engine: Engine, network: Network, inputs: PackedBlocks) {
	const recursion = scaledRecursion(engine, network, inputs);
	return (members: readonly boolean[]): Float64Array => {
		const ones = members.map(() => 1);
		const highest = members.lastIndexOf(true);
		if (highest < 0) return recursion(members.map(() => 0)).value;
		// Q_highest stays at 1, where the derivatives in Q and in log Q are equal.
		const slope: ListFunction = (Q) => recursion(Q.map(Math.log), { slopes: true }).slopes[highest]!;
		return members.reduce((f, member, l) => (member && l !== highest ? partial(f, l) : f), slope)(ones);
	};
}

/**
 * g_L(.. Q_2 s_3^2 g_2(Q_1 s_2^2 g_1(C^(0)) + s_b^2) + s_b^2 ..) and, on request, its derivatives in log Q_l, layer by layer:
 * dG_ab = J_aa dC_aa + J_bb dC_bb + J_ab dC_ab.
 */
function scaledRecursion(engine: Engine, { layers, readout, ...rest }: Network, inputs: PackedBlocks) {
	const readoutVariance = readout.weightVariance / chi({ layers, readout, ...rest });
	const { first, second } = inputs.pairs;
	return (
		theta: readonly number[],
		{ slopes: withSlopes = false } = {},
	): { value: Float64Array; slopes: Float64Array[] } => {
		let covariances = inputs.pairs.covariances;
		let slopes: Float64Array[] = [];
		layers.forEach((layer, l) => {
			const dual = dualOf(layer.activation);
			const variances = Float64Array.from(inputs.variances, (k) => covariances[k]!);
			const pairs = { variances, first, second, covariances };
			const above = layers[l + 1];
			const factor = above === undefined ? readoutVariance : Math.exp(theta[l]!) * above.weightVariance;
			const weights = dual.kernel(engine, pairs);
			// Half the time of `map`.
			for (let k = 0; k < weights.length; k++) weights[k]! *= factor;
			if (slopes.length > 0) {
				const gradient = dual.gradient(engine, pairs);
				slopes = slopes.map((slope) => throughLayer(gradient, slope, inputs, factor));
			}
			if (withSlopes && above !== undefined) slopes.push(weights);
			const bias = above?.biasVariance ?? 0;
			covariances = bias === 0 ? weights : weights.map((x) => x + bias);
		});
		return { value: covariances, slopes };
	};
}

/** factor x the change of every G_ab for changes of all covariances. */
function throughLayer(
	gradient: Float64Array,
	change: Float64Array,
	{ pairs: { first, second }, variances }: PackedBlocks,
	factor: number,
): Float64Array {
	const result = new Float64Array(change.length);
	for (let k = 0; k < result.length; k++) {
		const [a, b] = [change[variances[first[k]!]!]!, change[variances[second[k]!]!]!];
		result[k] =
			factor * (gradient[3 * k]! * a + gradient[3 * k + 1]! * b + gradient[3 * k + 2]! * change[k]!);
	}
	return result;
}

function joinedLists(lists: readonly Float64Array[]): Float64Array {
	const length = lists[0]?.length ?? 0;
	const joined = new Float64Array(lists.length * length);
	lists.forEach((list, l) => {
		joined.set(list, l * length);
	});
	return joined;
}
