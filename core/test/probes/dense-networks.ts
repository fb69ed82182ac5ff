/** Networks of dense layers as probes see them, from given or drawn weights. */
import { createEngine, type Matrix, matrix, multiply, plus, seedStream } from "@finitude/engine";
import { findActivation, type Problem } from "../../src/index.ts";
import type {
	DrawProbe,
	ProbeContext,
	ProbedLayer,
	ProbedNetwork,
	ProbeReading,
} from "../../src/probes/probe.ts";

export const engine = await createEngine({ engine: "wasm" });

/** What the probes of draws read of their context. */
export function contextOf(problem: Problem): ProbeContext {
	return { problem, prior: { kernels: [] } };
}

/** The readings of one network. */
export function readingsOf(
	probe: DrawProbe,
	problem: Problem,
	network: ProbedNetwork,
): readonly ProbeReading[] {
	return probe.prepare(engine, contextOf(problem))(network);
}

/** "quantity @ layer" and its first value, or its reason. */
export function table(readings: readonly ProbeReading[]): Record<string, number | string> {
	return Object.fromEntries(
		readings.map((reading) => [
			`${reading.quantity} @ ${reading.layer}`,
			"reason" in reading ? reading.reason : reading.values[0]!,
		]),
	);
}

/** A network of which only weights are seen. */
export function weightsOnly(
	weights: Readonly<Record<string, readonly number[] | Float64Array>>,
): ProbedNetwork {
	return {
		train: [],
		test: [],
		weights: (name) => (weights[name] ? Float64Array.from(weights[name]) : undefined),
	};
}

/** A network of which only representations are seen. */
export function layersOnly(train: readonly ProbedLayer[], test: readonly ProbedLayer[] = []): ProbedNetwork {
	return { train, test, weights: () => undefined };
}

/** phi of the pre-activations, N x P. */
export function activated(activation: string, preactivations: Matrix): ProbedLayer {
	const { value } = findActivation(activation);
	const { rows, columns, data } = preactivations;
	return { preactivations, features: matrix(rows, columns, data.map(value)) };
}

/** Weights and biases of the hidden layers and the readout's weights from the prior. */
export function priorNetwork(problem: Problem, seed: number): ProbedNetwork {
	const stream = seedStream(seed);
	const normals = (length: number, variance: number) => {
		const mark = engine.mark();
		const block = engine.allocate(length);
		engine.fillNormal(stream, block);
		const result = block.data.map((z) => Math.sqrt(variance) * z);
		engine.release(mark);
		return result;
	};
	const weights: Record<string, Float64Array> = {};
	let below = problem.trainInputs.columns;
	problem.network.layers.forEach((layer, l) => {
		if (layer.type !== "dense") throw new RangeError("priorNetwork: wanted dense layers.");
		weights[`weights_${l + 1}`] = normals(layer.width * below, layer.weightVariance / below);
		weights[`biases_${l + 1}`] = normals(layer.width, layer.biasVariance);
		below = layer.width;
	});
	const outputs = problem.trainTargets.columns;
	weights.readout_weights = normals(outputs * below, problem.network.readout.weightVariance / below);
	const layersAt = (inputs: Matrix | undefined) => {
		if (inputs === undefined) return [];
		let [features, transposeB] = [inputs, true];
		return problem.network.layers.map((layer, l) => {
			const W = weights[`weights_${l + 1}`]!;
			const b = weights[`biases_${l + 1}`]!;
			const product = multiply(engine, matrix(b.length, W.length / b.length, W), features, { transposeB });
			const shift = matrix(
				product.rows,
				product.columns,
				product.data.map((_, k) => b[Math.floor(k / product.columns)]!),
			);
			const result = activated(layer.activation, plus(product, shift));
			[features, transposeB] = [result.features, false];
			return result;
		});
	};
	return {
		train: layersAt(problem.trainInputs),
		test: layersAt(problem.testInputs),
		weights: (name) => weights[name],
	};
}
