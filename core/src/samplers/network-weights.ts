/** Sampled weights in the units of the problem, for users who want the networks themselves. */
import { load, type RandomState, transpose } from "@finitude/engine";
import { addToDiagonal, allocateView } from "./block-operations.ts";
import type { NetworkDraw } from "./sampler.ts";
import type { SamplingSpace } from "./sampling-space.ts";
import { featureRows } from "./whitened-network.ts";

/** One array of a sampled network. */
export interface WeightArray {
	/** "weights_1", "biases_1", ..., "readout_weights", "readout_biases"; layers count from 1, as in the papers. */
	readonly name: string;
	/** Names of the axes, the last one fastest. */
	readonly dimensions: readonly string[];
	readonly shape: readonly number[];
}

export interface WeightReader {
	readonly arrays: readonly WeightArray[];
	/** Numbers in all arrays. */
	readonly count: number;
	/** All arrays, one after the other, in their order; work space, valid until the next call. Advances `stream`. */
	read(draw: NetworkDraw, stream: RandomState): Float64Array;
}

/**
 * Binds the reading of weights. What the training data say nothing of is drawn from the prior: the first layer's weights
 * outside the row space of the training inputs. The readout, where a draw has none, is drawn from its Gaussian conditional given
 * the hidden weights (Matheron's rule), so that every saved network is a draw from the posterior of all weights.
 *
 * Fan-in is stored as the inputs are: the position in the patch first, the channel fastest.
 */
export function createWeightReader(space: SamplingSpace): WeightReader {
	const { problem, network } = space;
	const arrays = weightArrays(space);
	const count = weightCount(arrays);
	const values = new Float64Array(count);
	const firstLayer = createFirstLayerReader(space);
	const readReadout = createReadoutReader(space);
	return {
		arrays,
		count,
		read({ hidden, readout }, stream) {
			let at = 0;
			const write = (count: number, entry: (i: number) => number) => {
				for (let i = 0; i < count; i++) values[at + i] = entry(i);
				at += count;
			};
			const first = firstLayer(hidden, stream);
			network.layers.forEach((layer, l) => {
				const { weightVariance, biasVariance } = problem.network.layers[l]!;
				const biased = biasVariance > 0 ? 1 : 0;
				const fanIn = (l === 0 ? space.inputs.basis.columns : layer.fanIn) - biased;
				const deviation = Math.sqrt(weightVariance / fanIn);
				const below = network.layers[l - 1];
				const members = below?.grouped ?? 1;
				const channels = fanIn / members;
				const standard = (unit: number, column: number) =>
					l === 0
						? first[unit * (fanIn + biased) + column]!
						: hidden[layer.offset + unit * layer.fanIn + column]!;
				write(layer.width * fanIn, (i) => {
					const [unit, k] = [Math.floor(i / fanIn), i % fanIn];
					// Stored in the network channel by channel, the member of the patch fastest; the inputs already as we want.
					const column = l === 0 ? k : (k % channels) * members + Math.floor(k / channels);
					return deviation * standard(unit, column);
				});
				if (biased) write(layer.width, (unit) => Math.sqrt(biasVariance) * standard(unit, fanIn));
			});
			const top = network.layers[network.layers.length - 1]!;
			const outputs = problem.trainTargets.columns;
			const a = readout ?? readReadout(hidden, stream);
			const features = top.width * top.grouped;
			const scale = Math.sqrt(network.readoutScale);
			write(features * outputs, (i) => {
				const [k, output] = [Math.floor(i / outputs), i % outputs];
				const row = (k % top.width) * top.grouped + Math.floor(k / top.width);
				return scale * a[row * outputs + output]!;
			});
			if (top.constant > 0) {
				const bias = Math.sqrt(problem.network.readout.biasVariance);
				write(outputs, (output) => bias * a[features * outputs + output]!);
			}
			return values;
		},
	};
}

/** Numbers in all arrays. */
function weightCount(arrays: readonly WeightArray[]): number {
	return arrays.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
}

/** The arrays of a problem's network, in order. */
function weightArrays({ problem, network, inputs }: SamplingSpace): WeightArray[] {
	const arrays: WeightArray[] = [];
	network.layers.forEach((layer, l) => {
		const biased = problem.network.layers[l]!.biasVariance > 0;
		const fanIn = (l === 0 ? inputs.basis.columns : layer.fanIn) - (biased ? 1 : 0);
		const unit = `unit_${l + 1}`;
		arrays.push({
			name: `weights_${l + 1}`,
			dimensions: [unit, `fan_in_${l + 1}`],
			shape: [layer.width, fanIn],
		});
		if (biased) arrays.push({ name: `biases_${l + 1}`, dimensions: [unit], shape: [layer.width] });
	});
	const top = network.layers[network.layers.length - 1]!;
	const outputs = problem.trainTargets.columns;
	arrays.push({
		name: "readout_weights",
		dimensions: ["feature", "output"],
		shape: [top.width * top.grouped, outputs],
	});
	if (top.constant > 0) arrays.push({ name: "readout_biases", dimensions: ["output"], shape: [outputs] });
	return arrays;
}

/** width x (fan-in with bias) standard normal weights of the first layer: z V^T + xi (1 - V V^T), xi fresh. */
function createFirstLayerReader({ engine, network, inputs }: SamplingSpace) {
	const layer = network.layers[0]!;
	const columns = inputs.basis.columns;
	const basis = load(engine, inputs.basis);
	const fresh = allocateView(engine, layer.width, columns);
	const coordinates = allocateView(engine, layer.width, layer.fanIn);
	return (hidden: Float64Array, stream: RandomState) => {
		engine.fillNormal(stream, fresh.block);
		// fresh + (z - fresh V) V^T.
		coordinates.block.data.set(hidden.subarray(0, layer.width * layer.fanIn));
		engine.gemm(-1, fresh, transpose(basis), 1, coordinates);
		engine.gemm(1, coordinates, basis, 1, fresh);
		return fresh.block.data;
	};
}

/**
 * A draw of the whitened readout given hidden weights and data: a = a0 + sqrt(c) F A^-1 (Y - sqrt(c) F^T a0 - eps), a0 from the
 * prior, eps from the noise, A = c F^T F + kappa I.
 */
function createReadoutReader({ engine, problem, network, potential }: SamplingSpace) {
	const points = problem.trainInputs.rows;
	const outputs = problem.trainTargets.columns;
	const features = potential.features;
	const units = featureRows(network.layers[network.layers.length - 1]!);
	const a = allocateView(engine, units, outputs);
	const residual = allocateView(engine, points, outputs);
	const covariance = allocateView(engine, points, points);
	const scale = network.readoutScale;
	return (hidden: Float64Array, stream: RandomState) => {
		potential.position.data.set(hidden);
		potential.energy();
		engine.fillNormal(stream, a.block);
		engine.fillNormal(stream, residual.block);
		const noise = Math.sqrt(problem.noiseVariance);
		const y = problem.trainTargets.data;
		const r = residual.block.data;
		for (let i = 0; i < r.length; i++) r[i] = y[i]! - noise * r[i]!;
		engine.gemm(-Math.sqrt(scale), transpose(features), a, 1, residual);
		engine.syrk(scale, transpose(features), 0, covariance);
		addToDiagonal(covariance, problem.noiseVariance);
		const pivot = engine.cholesky(covariance);
		if (pivot >= 0) {
			throw new Error(`weights: kernel + noise of a kept draw is not positive definite at pivot ${pivot}.`);
		}
		engine.solveTriangular(covariance, residual, false);
		engine.solveTriangular(covariance, residual, true);
		engine.gemm(Math.sqrt(scale), features, residual, 1, a);
		return a.block.data;
	};
}
