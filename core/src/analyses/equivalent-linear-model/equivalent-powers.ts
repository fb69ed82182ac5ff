import type { Engine } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import { InputError } from "../../errors.ts";
import { dualOf } from "../../kernels/dual-of.ts";
import { pairsBuilder } from "../../kernels/gaussian-pairs.ts";
import { chi, type Network } from "../../network/network.ts";

/** The two parts of a random network's function on Gaussian inputs, as variances. */
export interface EquivalentPowers {
	/** rho^2: of the part linear in the inputs. */
	readonly linear: number;
	/** eps >= 0: of the rest, which acts as noise. */
	readonly nonlinear: number;
	/** Below 0: what rounding made of an eps that vanishes, and that was set to 0. */
	readonly rounded?: number;
}

/**
 * Equation (2) of docs/analyses/equivalent-linear-model.md, layer by layer. (E phi')^2 is the slope of the dual activation
 * E phi(h_a) phi(h_b) by the covariance of h_a and h_b, at covariance 0: closed forms and quadrature serve for both averages.
 *
 * @param network of odd activations and dense layers without biases
 * @throws InputError where it is another
 */
export function equivalentPowers(engine: Engine, network: Network): EquivalentPowers {
	refuseOthers(network);
	const { layers, readout } = network;
	let power = layers[0]!.weightVariance;
	let linear = power;
	layers.forEach(({ activation }, l) => {
		const variance = layers[l + 1]?.weightVariance ?? readout.weightVariance / chi(network);
		const { second, slope } = averages(engine, activation, power);
		linear = variance * (slope * linear);
		power = variance * second;
	});
	const nonlinear = power - linear;
	return nonlinear < 0 ? { linear, nonlinear: 0, rounded: nonlinear } : { linear, nonlinear };
}

/** E phi(h)^2 and (E phi'(h))^2, h ~ N(0, q). */
function averages(engine: Engine, activation: string, q: number): { second: number; slope: number } {
	const dual = dualOf(activation);
	const { pairs, addDiagonal } = pairsBuilder(Float64Array.of(q), 1);
	addDiagonal(0, 1);
	const independent = {
		variances: Float64Array.of(q, q),
		first: Int32Array.of(0),
		second: Int32Array.of(1),
		covariances: new Float64Array(1),
	};
	return { second: dual.kernel(engine, pairs)[0]!, slope: dual.gradient(engine, independent)[2]! };
}

function refuseOthers({ layers, readout }: Network): void {
	layers.forEach(({ type, activation, biasVariance }, l) => {
		const where = `network.layers[${l}]`;
		if (type !== "dense") {
			throw new InputError({ where: `${where}.type`, wanted: "dense layers", got: type });
		}
		if (!findActivation(activation, `${where}.activation`).odd) {
			throw new InputError({
				where: `${where}.activation`,
				wanted: "an odd activation, such as erf, tanh, sin or linear",
				got: activation,
				advice: "Activations that are not odd have a constant part, which the linear model lacks.",
			});
		}
		refuseBias(`${where}.biasVariance`, biasVariance);
	});
	refuseBias("network.readout.biasVariance", readout.biasVariance);
}

function refuseBias(where: string, biasVariance: number): void {
	if (biasVariance === 0) return;
	throw new InputError({
		where,
		wanted: "0",
		got: `${biasVariance}`,
		advice: "The linear model has no constant part.",
	});
}
