/** Small problems for tests, drawn from seeded streams. */
import { createEngine, type Matrix, matrix, seedStream } from "@finitude/engine";
import type { ConvolutionLayer, Layer, Network, Problem } from "../../src/index.ts";

const engine = await createEngine({ engine: "reference" });

/** A rows x columns matrix of standard normals. */
export function normalMatrix(rows: number, columns: number, seed: number): Matrix {
	const block = engine.allocate(rows * columns);
	engine.fillNormal(seedStream(seed), block);
	return matrix(rows, columns, block.data.slice());
}

export function denseLayer(activation: string, changes: Partial<Layer> = {}): Layer {
	return {
		type: "dense",
		width: 20,
		activation,
		weightVariance: 1.5,
		biasVariance: 0,
		...changes,
	} as Layer;
}

/** Patches of 3 inputs. */
export function convolutionLayer(
	activation: string,
	changes: Partial<ConvolutionLayer> = {},
): ConvolutionLayer {
	return {
		type: "convolution",
		channels: 5,
		patch: 3,
		stride: 3,
		activation,
		weightVariance: 1,
		biasVariance: 0,
		...changes,
	};
}

export function networkOf(layers: Layer[], changes: Partial<Network> = {}): Network {
	return { layers, readout: { weightVariance: 1.2, biasVariance: 0 }, scaling: "standard", ...changes };
}

/** Six training and three test points in twelve dimensions with one output. */
export function smallProblem(network: Network, changes: Partial<Problem> = {}): Problem {
	return {
		name: "small",
		trainInputs: normalMatrix(6, 12, 1),
		trainTargets: normalMatrix(6, 1, 2),
		testInputs: normalMatrix(3, 12, 3),
		network,
		noiseVariance: 0.1,
		...changes,
	};
}

/** The rows of a matrix in another order. */
export function permuteRows(m: Matrix, order: readonly number[]): Matrix {
	const result = matrix(m.rows, m.columns);
	order.forEach((from, to) => {
		result.data.set(m.data.subarray(from * m.columns, (from + 1) * m.columns), to * m.columns);
	});
	return result;
}

/** Largest absolute difference between two matrices of one shape. */
export function largestDifference(a: Matrix, b: Matrix): number {
	return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);
}
