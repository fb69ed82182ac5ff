import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { Activation } from "../../activations/activation.ts";
import { findActivation } from "../../activations/registry.ts";
import { layerWidth } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import type { ProbedLayer, ProbedNetwork } from "../probe.ts";

/**
 * Gradients of the outputs by what each layer reads, by backpropagation: with delta_L = A^T * phi'(h_L) and
 * delta_l = (W_{l+1}^T delta_{l+1}) * phi'(h_l), the gradient by the inputs of layer l is W_l^T delta_l.
 *
 * @returns a function from a network to one matrix for each layer, in order: N_{l-1} x (D P), N_0 = d, the P training points of the first
 * output first
 */
export function createLayerGradients(
	engine: Engine,
	{ network: { layers }, trainInputs, trainTargets }: Problem,
): (network: ProbedNetwork) => Matrix[] {
	const [outputs, points] = [trainTargets.columns, trainInputs.rows];
	const activations = layers.map(({ activation }) => findActivation(activation));
	const widths = layers.map(layerWidth);
	const blocks = widths.map((width) => ({
		h: engine.allocate(width * points),
		phi: engine.allocate(width * points),
		slope: engine.allocate(width * points),
	}));
	/** gradient <- gradient * phi'(h), the same h for every output. */
	const throughActivation = (gradient: Matrix, l: number, { preactivations }: ProbedLayer) => {
		const { h, phi, slope } = blocks[l]!;
		h.data.set(preactivations.data);
		(activations[l] as Activation).valueAndDerivative(engine, h, phi, slope);
		const slopes = slope.data;
		const columns = outputs * points;
		for (let k = 0; k < gradient.data.length; k++) {
			gradient.data[k]! *= slopes[Math.floor(k / columns) * points + (k % points)]!;
		}
	};
	return ({ train, weights }) => {
		const readout = weights("readout_weights")!;
		const last = widths[widths.length - 1]!;
		let gradient = matrix(
			last,
			outputs * points,
			Float64Array.from({ length: last * outputs * points }, (_, k) => {
				const [i, column] = [Math.floor(k / (outputs * points)), k % (outputs * points)];
				return readout[Math.floor(column / points) * last + i]!;
			}),
		);
		const found: Matrix[] = [];
		for (let l = layers.length - 1; l >= 0; l--) {
			throughActivation(gradient, l, train[l]!);
			const W = matrix(widths[l]!, widths[l - 1] ?? trainInputs.columns, weights(`weights_${l + 1}`)!);
			gradient = multiply(engine, W, gradient, { transposeA: true });
			found.unshift(gradient);
		}
		return found;
	};
}
