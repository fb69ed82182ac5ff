/** Small problems with one hidden layer for the tests of `exact-mean-field`. */
import { createEngine, type Matrix, matrix } from "@finitude/engine";
import type { Answer } from "../../../src/answer/answer.ts";
import type { Layer, Network, Problem } from "../../../src/index.ts";
import { exactMeanField } from "../../../src/theories/exact-mean-field.ts";
import { denseLayer, networkOf, normalMatrix } from "../../helpers/problems.ts";

export const engine = await createEngine({ engine: "wasm" });

/** Five training and two test points. */
export function plane(
	activation: string,
	{
		inputs = 2,
		layer = {},
		network = {},
		...changes
	}: { inputs?: number; layer?: Partial<Layer>; network?: Partial<Network> } & Omit<
		Partial<Problem>,
		"network"
	> = {},
): Problem {
	return {
		name: "plane",
		trainInputs: normalMatrix(5, inputs, 11),
		trainTargets: normalMatrix(5, 1, 12),
		testInputs: normalMatrix(2, inputs, 13),
		network: networkOf([denseLayer(activation, layer)], { scaling: "mean-field", ...network }),
		noiseVariance: 0.02,
		...changes,
	};
}

export function solve(problem: Problem, options: Record<string, unknown> = {}, covariance = false): Answer {
	return exactMeanField.solve(problem, exactMeanField.options.parse(options), { engine, covariance });
}

/** |a - b| / |b|, Frobenius norms. */
export function relativeNorm(a: Matrix, b: Matrix): number {
	const square = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
	return Math.sqrt(square(a.data.map((x, i) => x - b.data[i]!)) / square(b.data));
}

export function plus(a: Matrix, length: number, b: Matrix): Matrix {
	return matrix(
		a.rows,
		a.columns,
		a.data.map((x, i) => x + length * b.data[i]!),
	);
}

/** The value of a validity note. */
export function note({ validity }: Answer, name: string): number {
	return validity.find((candidate) => candidate.name === name)!.value as number;
}
