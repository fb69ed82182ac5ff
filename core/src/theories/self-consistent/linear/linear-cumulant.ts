import { type Engine, gram, type Matrix, matrix } from "@finitude/engine";
import type { CumulantFunction, CumulantPoint } from "../cumulant-function.ts";
import { type LinearInputs, type LinearPrior, type LinearTilt, linearTilt } from "./linear-tilt.ts";

/** f = <Theta, X> plus a readout bias, at n points. */
export interface LinearNetwork extends LinearPrior {
	/** s_b^2 of the readout. */
	readonly readoutBiasVariance: number;
}

/** W(t) of a linear network: that of Theta at T = sum_a t_a X_a, and s_b^2 (sum_a t_a)^2 / 2 for the readout bias. */
export function linearCumulant(
	engine: Engine,
	network: LinearNetwork,
	points: LinearInputs,
): CumulantFunction {
	const { inputs, biasInput } = points;
	return {
		points: inputs.rows,
		at(t) {
			const tilt = linearTilt(engine, network, combination(inputs, t));
			return tilt && linearPoint(engine, network, points, tilt, weightedSum(biasInput, t));
		},
	};
}

function linearPoint(
	engine: Engine,
	network: LinearNetwork,
	{ inputs, biasInput }: LinearInputs,
	tilt: LinearTilt,
	biasTilt: number,
): CumulantPoint {
	const { readoutBiasVariance } = network;
	const gradient = innerProducts(inputs, tilt.theta);
	biasInput.forEach((b, i) => {
		gradient[i]! += readoutBiasVariance * b * biasTilt;
	});
	return {
		value: tilt.value + (readoutBiasVariance * biasTilt ** 2) / 2,
		gradient,
		hessian: () => gram(engine, withBias(tilt.features(inputs), biasInput, readoutBiasVariance)),
		contractThird: (factor) => innerProducts(inputs, tilt.contractThird(inputs, factor)),
	};
}

/** Features with one more column, that of the readout bias. */
export function withBias(features: Matrix, biasInput: Float64Array, readoutBiasVariance: number): Matrix {
	if (readoutBiasVariance === 0) return features;
	const { rows, columns } = features;
	const result = matrix(rows, columns + 1);
	for (let i = 0; i < rows; i++) {
		result.data.set(features.data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
		result.data[i * (columns + 1) + columns] = Math.sqrt(readoutBiasVariance) * biasInput[i]!;
	}
	return result;
}

/** sum_a t_a X_a. */
export function combination(inputs: Matrix, t: Float64Array): Float64Array {
	const { columns, data } = inputs;
	const sum = new Float64Array(columns);
	t.forEach((weight, i) => {
		for (let j = 0; j < columns; j++) sum[j]! += weight * data[i * columns + j]!;
	});
	return sum;
}

/** <X_a, theta> for every point a. */
export function innerProducts(inputs: Matrix, theta: Float64Array): Float64Array {
	const { rows, columns, data } = inputs;
	return Float64Array.from({ length: rows }, (_, i) =>
		weightedSum(data.subarray(i * columns, (i + 1) * columns), theta),
	);
}

function weightedSum(x: Float64Array, weights: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += x[i]! * weights[i]!;
	return sum;
}
