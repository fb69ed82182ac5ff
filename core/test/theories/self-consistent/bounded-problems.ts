/** Small problems of bounded units. */
import { createEngine, type Matrix } from "@finitude/engine";
import { findTheory, type Problem, solveTheory } from "../../../src/index.ts";
import { denseLayer, networkOf, normalMatrix } from "../../helpers/problems.ts";

export const engine = await createEngine({ engine: "wasm" });
export const solve = (problem: Problem, variant = "tree", covariance = false) =>
	solveTheory(findTheory("self-consistent"), problem, { variant }, { engine, covariance, clock: () => 0 });
export const infinite = (problem: Problem) =>
	solveTheory(findTheory("nngp"), problem, {}, { engine, covariance: true, clock: () => 0 });

interface Shape {
	readonly activation?: string;
	readonly points?: number;
	readonly inputs?: number;
	readonly width?: number;
	readonly scaling?: "standard" | "mean-field";
	readonly noiseVariance?: number;
	readonly readoutBiasVariance?: number;
	readonly tests?: Matrix;
}

export function problemOf(shape: Shape = {}): Problem {
	const { activation = "erf", points = 3, inputs = 2, width = 8, scaling = "standard" } = shape;
	return {
		name: "bounded",
		trainInputs: normalMatrix(points, inputs, 31),
		trainTargets: normalMatrix(points, 1, 32),
		testInputs: shape.tests ?? normalMatrix(2, inputs, 33),
		network: networkOf([denseLayer(activation, { width })], {
			scaling,
			readout: { weightVariance: 1.2, biasVariance: shape.readoutBiasVariance ?? 0 },
		}),
		noiseVariance: shape.noiseVariance ?? 0.2,
	};
}
