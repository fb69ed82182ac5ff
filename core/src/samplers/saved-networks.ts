/** Networks of kept draws, run at any inputs. */
import { type Engine, load, type Matrix, transpose, type View } from "@finitude/engine";
import { findActivation } from "../activations/registry.ts";
import { chi, layerWidth, type Network } from "../network/network.ts";
import { allocateView } from "./block-operations.ts";
import type { ChainResult } from "./chain-result.ts";

/** The networks of one chain's draws, or of draws 0, k, 2k, ... where only their weights were kept. */
export interface SavedNetworks {
	readonly draws: number;
	/** An array of network t, "weights_1" or "biases_2", row-major: a view. Undefined where the network has none of that name. */
	array(name: string, t: number): Float64Array | undefined;
}

/**
 * @param chain with its weights: sampled with `saveWeights`
 * @param draws those of the first so many draws
 */
export function savedNetworks(
	{ weights, weightArrays, weightsEvery = 1 }: Pick<ChainResult, "weights" | "weightArrays" | "weightsEvery">,
	draws: number,
): SavedNetworks {
	const places = new Map<string, { readonly start: number; readonly end: number }>();
	let total = 0;
	for (const { name, shape } of weightArrays!) {
		const size = shape.reduce((product, n) => product * n, 1);
		places.set(name, { start: total, end: total + size });
		total += size;
	}
	return {
		draws: Math.ceil(draws / weightsEvery),
		array(name, t) {
			const place = places.get(name);
			return place && weights!.subarray(t * total + place.start, t * total + place.end);
		},
	};
}

/** A layer of a network at fixed inputs: N_l x J each, work space. */
export interface LayerViews {
	readonly preactivations: View;
	readonly features: View;
}

/**
 * Dense networks at fixed inputs.
 *
 * @param inputs J x d
 * @returns a function from networks and the number of a draw to every hidden layer, valid until the next call
 */
export function createLayers(
	engine: Engine,
	{ layers }: Network,
	inputs: Matrix,
): (networks: SavedNetworks, t: number) => readonly LayerViews[] {
	const points = inputs.rows;
	const widths = layers.map(layerWidth);
	const x = transpose(load(engine, inputs));
	const weights = widths.map((width, l) => allocateView(engine, width, widths[l - 1] ?? inputs.columns));
	const views = widths.map((width) => ({
		preactivations: allocateView(engine, width, points),
		features: allocateView(engine, width, points),
	}));
	return (networks, t) => {
		layers.forEach(({ activation }, l) => {
			const { preactivations: h, features } = views[l]!;
			weights[l]!.block.data.set(networks.array(`weights_${l + 1}`, t)!);
			engine.gemm(1, weights[l]!, views[l - 1]?.features ?? x, 0, h);
			addBiases(h, networks.array(`biases_${l + 1}`, t));
			findActivation(activation).evaluate(engine, h.block, features.block);
		});
		return views;
	};
}

/**
 * Last-layer features of dense networks at fixed inputs, whitened: N_L rows sqrt(s_a^2 / (chi N_L)) phi, and a constant row of the readout's
 * bias where it has one, so that f is a standard normal combination of the rows a priori.
 *
 * @param inputs J x d
 * @returns a function from networks and the number of a draw to (N_L or N_L + 1) x J features: work space, valid until the next call
 */
export function createFeatures(
	engine: Engine,
	network: Network,
	inputs: Matrix,
): (networks: SavedNetworks, t: number) => View {
	const { layers, readout } = network;
	const last = layerWidth(layers[layers.length - 1]!);
	const biased = readout.biasVariance > 0;
	const run = createLayers(engine, network, inputs);
	const whitened = allocateView(engine, last + (biased ? 1 : 0), inputs.rows);
	const scale = Math.sqrt(readout.weightVariance / (chi(network) * last));
	return (networks, t) => {
		const from = run(networks, t)[layers.length - 1]!.features.block.data;
		const to = whitened.block.data;
		for (let i = 0; i < from.length; i++) to[i] = scale * from[i]!;
		to.fill(Math.sqrt(readout.biasVariance), from.length);
		return whitened;
	};
}

/** Adds a number to every row. */
export function addBiases(h: View, biases: Float64Array | undefined): void {
	if (biases === undefined) return;
	const { data } = h.block;
	for (let i = 0; i < data.length; i++) data[i]! += biases[Math.floor(i / h.columns)]!;
}
