import { layerWidth } from "../network/network.ts";
import type { SamplingSpace } from "./sampling-space.ts";

/**
 * 1/sigma^2 of every weight as the network's definition has it, w = sigma u with u standard normal a priori, as a matrix over
 * the coordinates of a SamplingSpace: what a step that is isotropic in w becomes there. It is diagonal but for a bias of the
 * first layer: the rotated first layer has no axis along it, and it sticks out of the row space of the training inputs. One
 * further coordinate for each first unit (`outside`, standard normal a priori) completes the space; the bias is then a unit
 * vector b, and a unit's block is 1/s_w^2 I + (1/s_b^2 - 1/s_w^2) b b^T.
 */
export interface PriorPrecision {
	/** Number of further coordinates: the width of the first layer where it has a bias, else 0. */
	readonly outside: number;
	/** 1/s_w^2 of a weight of the first layer. */
	readonly firstLayer: number;
	/** x <- precision x; `x` over all hidden weights and the readout (M x D), `outside` over the further coordinates. */
	multiply(x: Float64Array, outside: Float64Array): void;
	/** The same with the square root of the matrix. */
	multiplyRoot(x: Float64Array, outside: Float64Array): void;
}

export function createPriorPrecision(space: SamplingSpace): PriorPrecision {
	const { problem, inputs } = space;
	const layer = problem.network.layers[0]!;
	const fanIn = inputs.basis.columns - (layer.biasVariance > 0 ? 1 : 0);
	const firstLayer = fanIn / layer.weightVariance;
	const diagonal = diagonalOf(space, firstLayer);
	const root = diagonal.map(Math.sqrt);
	if (layer.biasVariance === 0) {
		return {
			outside: 0,
			firstLayer,
			multiply: (x) => scaleBy(diagonal, x),
			multiplyRoot: (x) => scaleBy(root, x),
		};
	}
	const units = layerWidth(layer);
	const bias = biasDirection(space);
	const scaleAll = (
		factors: Float64Array,
		weight: number,
		biasWeight: number,
		x: Float64Array,
		outside: Float64Array,
	) => {
		const along = bias.inside.length;
		for (let unit = 0; unit < units; unit++) {
			const start = unit * along;
			let product = bias.outside * outside[unit]!;
			for (let k = 0; k < along; k++) product += bias.inside[k]! * x[start + k]!;
			// The block is w (x + ratio (b.x) b): the factor w comes with all other factors below.
			const ratio = (biasWeight / weight - 1) * product;
			for (let k = 0; k < along; k++) x[start + k]! += ratio * bias.inside[k]!;
			outside[unit] = weight * (outside[unit]! + ratio * bias.outside);
		}
		scaleBy(factors, x);
	};
	const ofBias = 1 / layer.biasVariance;
	return {
		outside: units,
		firstLayer,
		multiply: (x, outside) => scaleAll(diagonal, firstLayer, ofBias, x, outside),
		multiplyRoot: (x, outside) => scaleAll(root, Math.sqrt(firstLayer), Math.sqrt(ofBias), x, outside),
	};
}

/** 1/sigma^2 of every weight; all of the first layer count as weights. */
function diagonalOf({ problem, network, potential }: SamplingSpace, firstLayer: number): Float64Array {
	const outputs = problem.trainTargets.columns;
	const rows = potential.features.rows;
	const diagonal = new Float64Array(network.parameters + rows * outputs);
	const { layers } = network;
	for (const [index, { offset, width, fanIn }] of layers.entries()) {
		if (index === 0) {
			diagonal.fill(firstLayer, 0, width * fanIn);
			continue;
		}
		const { weightVariance, biasVariance } = problem.network.layers[index]!;
		const connections = fanIn - (biasVariance > 0 ? 1 : 0);
		diagonal.fill(connections / weightVariance, offset, offset + width * fanIn);
		if (biasVariance === 0) continue;
		for (let unit = 1; unit <= width; unit++) diagonal[offset + unit * fanIn - 1] = 1 / biasVariance;
	}
	diagonal.fill(1 / network.readoutScale, network.parameters);
	const { biasVariance } = problem.network.readout;
	if (biasVariance > 0) diagonal.fill(1 / biasVariance, diagonal.length - outputs);
	return diagonal;
}

/** The unit vector of the first layer's bias: its coordinates in the row space, and the length of the rest. */
function biasDirection({ inputs }: SamplingSpace): { inside: Float64Array; outside: number } {
	const { rows, columns, data } = inputs.basis;
	const inside = Float64Array.from({ length: rows }, (_, k) => data[(k + 1) * columns - 1]!);
	const square = inside.reduce((sum, x) => sum + x * x, 0);
	// Rounding can make the square exceed 1 where the bias lies in the row space.
	return { inside, outside: Math.sqrt(Math.max(0, 1 - square)) };
}

function scaleBy(factors: Float64Array, x: Float64Array): void {
	for (let i = 0; i < x.length; i++) x[i]! *= factors[i]!;
}
