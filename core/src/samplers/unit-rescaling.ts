import type { Block, Engine, RandomState, View } from "@finitude/engine";
import { createGeneralizedInverseGaussian } from "./generalized-inverse-gaussian.ts";
import type { WhitenedNetwork } from "./whitened-network.ts";

/**
 * Multiplies each unit's incoming weights by a number and its outgoing ones by the inverse: in a linear network this moves
 * along a line on which the likelihood is constant, and the number is drawn from its law on that line. An exact Gibbs step
 * of a transformation group (Liu and Sabatti 2000, Biometrika 87:353), which mixes scales that the conditionals of single
 * layers pin to the data when the noise is small. Units of residual blocks, and those that a block adds to, have another way
 * around their weights: they are left as they are.
 *
 * With n_in and n_out weights of squared norms a and b, the density of s = number^2 is proportional to
 * s^((n_in - n_out)/2 - 1) exp(-(a s + b/s)/2): the standard normal prior and the Jacobian.
 */
export type UnitRescaling = (weights: Block, readout: View, stream: RandomState) => void;

/** Allocates the work space. */
export function createUnitRescaling(engine: Engine, network: WhitenedNetwork): UnitRescaling {
	const { layers } = network;
	const draw = createGeneralizedInverseGaussian(engine);
	return (weights, readout, stream) => {
		layers.forEach((layer, l) => {
			const above = layers[l + 1];
			if (layer.residual || above?.residual) return;
			for (let unit = 0; unit < layer.width; unit++) {
				const incoming = strided(layer.offset + unit * layer.fanIn, 1, layer.fanIn, layer.fanIn);
				// One column of outgoing weights for each of the positions that the layer above reads together.
				const outgoing = above
					? strided(above.offset + unit * layer.grouped, above.width, layer.grouped, above.fanIn)
					: strided(
							readout.offset + unit * layer.grouped * readout.columns,
							1,
							layer.grouped * readout.columns,
							0,
						);
				const into = weights.data;
				const from = above ? into : readout.block.data;
				const a = squares(into, incoming);
				const b = squares(from, outgoing);
				const ratio = Math.sqrt(b / a);
				const lambda = (incoming.rows * incoming.columns - outgoing.rows * outgoing.columns) / 2;
				const factor = Math.sqrt(ratio * draw(lambda, Math.sqrt(a * b), stream));
				multiply(into, incoming, factor);
				multiply(from, outgoing, 1 / factor);
			}
		});
	};
}

/** Rows of contiguous numbers, `step` apart. */
interface Strided {
	readonly start: number;
	readonly rows: number;
	readonly columns: number;
	readonly step: number;
}

function strided(start: number, rows: number, columns: number, step: number): Strided {
	return { start, rows, columns, step };
}

function squares(x: Float64Array, { start, rows, columns, step }: Strided): number {
	let sum = 0;
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < columns; j++) sum += x[start + i * step + j]! ** 2;
	}
	return sum;
}

function multiply(x: Float64Array, { start, rows, columns, step }: Strided, factor: number): void {
	for (let i = 0; i < rows; i++) {
		for (let j = 0; j < columns; j++) x[start + i * step + j]! *= factor;
	}
}
