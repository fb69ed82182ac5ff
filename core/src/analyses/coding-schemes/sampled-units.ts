/** The units of the last hidden layer of sampled networks. */
import {
	dot,
	type Engine,
	gram,
	type Matrix,
	matrix,
	multiply,
	scoped,
	symmetricEigen,
} from "@finitude/engine";
import { layerWidth, type Network } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { createLayers, type SavedNetworks } from "../../samplers/saved-networks.ts";
import type { Looks } from "./looks.ts";
import { participationRatio } from "./unit-measures.ts";
import { populationBuilder, type UnitPopulation } from "./unit-population.ts";

/** One chain's units. */
export interface SampledUnits {
	/** Of all networks that were looked at, every unit with the same weight. */
	readonly population: UnitPopulation;
	/** Network by network. */
	readonly series: {
		/** For each pair of classes, of a_i m_i. */
		readonly participationRatios: readonly Float64Array[];
		/** For each pair, of m_i within the network. */
		readonly kurtoses: readonly Float64Array[];
		/** sum m_i^2 / sum |phi_i|^2 of the first pair: how much of the features tells the classes apart. */
		readonly signalShares: Float64Array;
	};
	/** The first and the last network that was looked at. */
	readonly codes: readonly UnitCode[];
	/** Correlation of phi between networks half a chain apart. */
	readonly drift: number;
	/** Draws between those networks. */
	readonly driftLag: number;
}

/** The units of one network. */
export interface UnitCode {
	/** The number of its draw. */
	readonly draw: number;
	/** N x P. */
	readonly features: Matrix;
	/** a_i. */
	readonly readout: Float64Array;
}

/** Pairs of networks for the drift at most. */
const DRIFT_PAIRS = 10;

/**
 * @param count networks that are looked at, evenly spaced
 */
export function sampledUnits(
	engine: Engine,
	{ network, trainInputs }: Problem,
	networks: SavedNetworks,
	count: number,
	looks: Looks,
): SampledUnits {
	return scoped(engine, () => {
		const N = layerWidth(network.layers[network.layers.length - 1]!);
		const P = trainInputs.rows;
		const looked = Math.min(count, networks.draws);
		const drawOf = (k: number) => Math.floor((k * networks.draws) / looked);
		const run = createLayers(engine, network, trainInputs);
		const last = (draw: number) => run(networks, draw)[network.layers.length - 1]!;
		const builder = populationBuilder(looks, looked * N);
		const empty = () => looks.pairs.map(() => new Float64Array(looked));
		const [participationRatios, kurtoses] = [empty(), empty()];
		const signalShares = new Float64Array(looked);
		const codes: UnitCode[] = [];
		const kernel = new Float64Array(P * P);
		for (let k = 0; k < looked; k++) {
			const { preactivations, features } = last(drawOf(k));
			const [h, phi] = [preactivations.block.data, features.block.data];
			const readout = networks.array("readout_weights", drawOf(k))!.slice();
			for (let i = 0; i < N; i++) builder.add(h, phi, i * P, 1, 1);
			const values = matrix(N, P, phi.slice());
			const own = gram(engine, values, { transposeA: true, alpha: 1 / (N * looked) }).data;
			for (let e = 0; e < P * P; e++) kernel[e]! += own[e]!;
			looks.pairs.forEach((_, pair) => {
				const m = builder.signals[pair]!.subarray(k * N, (k + 1) * N);
				participationRatios[pair]![k] = participationRatio(m.map((x, i) => x * readout[i]!));
				// The kurtosis is the inverse of the same ratio.
				const ratio = participationRatio(m);
				kurtoses[pair]![k] = ratio === 0 ? 0 : 1 / ratio;
				if (pair === 0) signalShares[k] = dot(m, m) / Math.max(dot(phi, phi), Number.MIN_VALUE);
			});
			if (k === 0 || k === looked - 1) {
				codes.push({ draw: drawOf(k), features: values, readout });
			}
		}
		const half = Math.floor(looked / 2);
		const starts = Math.min(DRIFT_PAIRS, looked - half);
		let drift = 0;
		for (let s = 0; s < starts; s++) {
			const k = Math.floor((s * (looked - half)) / starts);
			const before = centered(last(drawOf(k)).features.block.data, N, P);
			const after = centered(last(drawOf(k + half)).features.block.data, N, P);
			drift += correlation(before, after) / starts;
		}
		return {
			population: builder.population(kernel, topProjections(engine, network, networks, drawOf, looked)),
			series: { participationRatios, kurtoses, signalShares },
			codes,
			drift,
			driftLag: drawOf(half) - drawOf(0),
		};
	});
}

/**
 * v . w of every unit of the first layer, w its weights and its bias over their prior deviations and v the top eigenvector of
 * their covariance; of one layer only.
 */
function topProjections(
	engine: Engine,
	{ layers }: Network,
	networks: SavedNetworks,
	drawOf: (k: number) => number,
	looked: number,
): Float64Array | undefined {
	if (layers.length > 1) return undefined;
	const [layer] = layers;
	const N = layerWidth(layer!);
	const d = networks.array("weights_1", 0)!.length / N;
	const biased = networks.array("biases_1", 0) !== undefined;
	const r = d + (biased ? 1 : 0);
	const weightsOf = (k: number) => {
		const weights = networks.array("weights_1", drawOf(k))!;
		const biases = networks.array("biases_1", drawOf(k));
		const all = matrix(N, r);
		for (let i = 0; i < N; i++) {
			for (let j = 0; j < d; j++) {
				all.data[i * r + j] = weights[i * d + j]! * Math.sqrt(d / layer!.weightVariance);
			}
			if (biases) all.data[i * r + d] = biases[i]! / Math.sqrt(layer!.biasVariance);
		}
		return all;
	};
	const covariance = matrix(r, r);
	for (let k = 0; k < looked; k++) {
		const one = gram(engine, weightsOf(k), { transposeA: true });
		for (let e = 0; e < r * r; e++) covariance.data[e]! += one.data[e]!;
	}
	const { vectors } = symmetricEigen(engine, covariance);
	const top = matrix(
		r,
		1,
		Float64Array.from({ length: r }, (_, k) => vectors.data[k * r + r - 1]!),
	);
	const projections = new Float64Array(looked * N);
	for (let k = 0; k < looked; k++) projections.set(multiply(engine, weightsOf(k), top).data, k * N);
	return projections;
}

/** A copy with the mean over the N units taken off at each of the P points: what all units share is no code. */
function centered(features: Float64Array, N: number, P: number): Float64Array {
	const means = new Float64Array(P);
	features.forEach((x, e) => {
		means[e % P]! += x / N;
	});
	return features.map((x, e) => x - means[e % P]!);
}

function correlation(x: Float64Array, y: Float64Array): number {
	const size = Math.sqrt(dot(x, x) * dot(y, y));
	return size === 0 ? 0 : dot(x, y) / size;
}
