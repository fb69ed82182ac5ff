/**
 * Networks by their definition, in the units of the problem, point by point in plain loops: shares no code with the samplers
 * but the activations. Inputs are sequences, not images.
 */
import { splitStream } from "@finitude/engine";
import { findActivation } from "../../src/activations/index.ts";
import type { Problem } from "../../src/index.ts";
import { chi, layerWidth } from "../../src/network/network.ts";
import type { SamplingSpace } from "../../src/samplers/sampling-space.ts";
import { engine } from "./problems.ts";

export interface PlainNetwork {
	/** weights[unit][member of the patch x channels + channel], biases[unit]. */
	readonly layers: readonly { readonly weights: readonly number[][]; readonly biases: readonly number[] }[];
	/** weights[output][position x channels + channel]. */
	readonly readout: { readonly weights: readonly number[][]; readonly biases: readonly number[] };
}

/** Standard normals one by one. The source has its own copy of the stream. */
export function normalSource(stream: Uint32Array): () => number {
	const own = splitStream(stream, 0);
	const block = engine.allocate(256);
	let next = block.length;
	return () => {
		if (next === block.length) {
			engine.fillNormal(own, block);
			next = 0;
		}
		return block.data[next++]!;
	};
}

/** Fan-in without the bias, and prior deviations, of every layer and of the readout. */
function shapes({ network, trainInputs }: Problem) {
	let positions = trainInputs.columns;
	let channels = 1;
	const layers = network.layers.map((layer) => {
		const members = layer.type === "convolution" ? layer.patch : positions;
		const fanIn = members * channels;
		positions /= members;
		channels = layerWidth(layer);
		return {
			units: channels,
			members,
			fanIn,
			deviation: Math.sqrt(layer.weightVariance / fanIn),
			biasDeviation: Math.sqrt(layer.biasVariance),
		};
	});
	const fanIn = positions * channels;
	const { weightVariance, biasVariance } = network.readout;
	return {
		layers,
		readout: {
			members: positions,
			fanIn,
			deviation: Math.sqrt(weightVariance / (chi(network) * fanIn)),
			biasDeviation: Math.sqrt(biasVariance),
		},
	};
}

/** All weights from the prior. */
export function drawPlainNetwork(problem: Problem, normal: () => number): PlainNetwork {
	const { layers, readout } = shapes(problem);
	const draw = (units: number, fanIn: number, deviation: number, biasDeviation: number) => ({
		weights: Array.from({ length: units }, () => Array.from({ length: fanIn }, () => deviation * normal())),
		biases: Array.from({ length: units }, () => biasDeviation * normal()),
	});
	return {
		layers: layers.map((layer) => draw(layer.units, layer.fanIn, layer.deviation, layer.biasDeviation)),
		readout: draw(problem.trainTargets.columns, readout.fanIn, readout.deviation, readout.biasDeviation),
	};
}

/**
 * The network that a sampler's draw stands for, at the training inputs: outside their row space the first weights are set to
 * 0. Without a readout in the draw, one from the prior.
 */
export function plainNetworkOf(
	{ network, inputs, problem }: SamplingSpace,
	draw: { readonly hidden: Float64Array; readonly readout?: Float64Array },
	normal: () => number,
): PlainNetwork {
	const { layers, readout } = shapes(problem);
	const outputs = problem.trainTargets.columns;
	const { basis } = inputs;
	return {
		layers: layers.map((shape, l) => {
			const { offset, fanIn } = network.layers[l]!;
			const whitened = (unit: number, k: number) => draw.hidden[offset + unit * fanIn + k]!;
			/** Weight k of a unit in units of its prior deviation; the bias comes last. */
			const weight = (unit: number, k: number) => {
				if (l > 0) return whitened(unit, k);
				let sum = 0;
				for (let r = 0; r < basis.rows; r++) sum += whitened(unit, r) * basis.data[r * basis.columns + k]!;
				return sum;
			};
			const units = Array.from({ length: shape.units }, (_, unit) => unit);
			const channels = shape.fanIn / shape.members;
			return {
				weights: units.map((unit) =>
					memberMajor(shape.members, channels, (k) => shape.deviation * weight(unit, k)),
				),
				biases: units.map((unit) =>
					shape.biasDeviation > 0 ? shape.biasDeviation * weight(unit, shape.fanIn) : 0,
				),
			};
		}),
		readout: {
			weights: Array.from({ length: outputs }, (_, output) =>
				memberMajor(
					readout.members,
					readout.fanIn / readout.members,
					(k) => readout.deviation * (draw.readout?.[k * outputs + output] ?? normal()),
				),
			),
			biases: Array.from(
				{ length: outputs },
				(_, output) => readout.biasDeviation * (draw.readout?.[readout.fanIn * outputs + output] ?? normal()),
			),
		},
	};
}

/** From the whitened order (channel by channel, the member fastest) to the plain one (member by member). */
function memberMajor(members: number, channels: number, weight: (k: number) => number): number[] {
	return Array.from({ length: members * channels }, (_, i) =>
		weight((i % channels) * members + Math.floor(i / channels)),
	);
}

/** The last layer's features at one input: position by position, the channel fastest. */
function featuresAt(problem: Problem, { layers }: PlainNetwork, input: ArrayLike<number>): ArrayLike<number> {
	let below = input;
	let preactivations = new Float64Array();
	layers.forEach(({ weights, biases }, l) => {
		const layer = problem.network.layers[l]!;
		const { value } = findActivation(layer.activation);
		const fanIn = weights[0]!.length;
		const positions = below.length / fanIn;
		const above = new Float64Array(positions * weights.length);
		for (let j = 0; j < positions; j++) {
			weights.forEach((row, unit) => {
				let h = biases[unit]!;
				for (let k = 0; k < fanIn; k++) h += row[k]! * below[j * fanIn + k]!;
				const at = j * weights.length + unit;
				above[at] = layer.type === "residual" ? preactivations[at]! + layer.residualScale * h : h;
			});
		}
		preactivations = above;
		below = above.map((h) => value(h));
	});
	return below;
}

/** What a network gives at a list of inputs. */
export interface PlainOutputs {
	/** points x outputs. */
	readonly f: number[][];
	/** The output kernel: (s_a^2 / (chi fan-in)) phi . phi' + s_b^2. */
	readonly kernel: number[][];
}

export function runPlainNetwork(
	problem: Problem,
	network: PlainNetwork,
	inputs: readonly ArrayLike<number>[],
): PlainOutputs {
	const { deviation, biasDeviation } = shapes(problem).readout;
	const features = inputs.map((input) => featuresAt(problem, network, input));
	const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
		let sum = 0;
		for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
		return sum;
	};
	const { weights, biases } = network.readout;
	return {
		f: features.map((phi) => weights.map((row, output) => biases[output]! + dot(row, phi))),
		kernel: features.map((a) => features.map((b) => deviation ** 2 * dot(a, b) + biasDeviation ** 2)),
	};
}

/** The rows of a problem's inputs. */
export function rowsOf({ rows, columns, data }: Problem["trainInputs"]): Float64Array[] {
	return Array.from({ length: rows }, (_, i) => data.subarray(i * columns, (i + 1) * columns));
}
