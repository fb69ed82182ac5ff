/** Small random problems for the sampler's tests. */
import {
	createEngine,
	type Engine,
	load,
	type Matrix,
	matrix,
	seedStream,
	splitStream,
} from "@finitude/engine";
import type {
	ConvolutionLayer,
	DenseLayer,
	Layer,
	Network,
	Problem,
	ResidualLayer,
} from "../../src/index.ts";
import { createPotential, type Potential } from "../../src/samplers/potential.ts";
import type { ReadoutForm } from "../../src/samplers/readout.ts";
import { whitenInputs } from "../../src/samplers/whitened-inputs.ts";
import { whitenNetwork } from "../../src/samplers/whitened-network.ts";

export const engine: Engine = await createEngine();

/** Independent standard normals, the same at every call. */
export function normalMatrix(seed: number, rows: number, columns: number): Matrix {
	const block = engine.allocate(rows * columns);
	engine.fillNormal(seedStream(seed), block);
	return matrix(rows, columns, block.data.slice());
}

export function dense(width: number, activation: string, weightVariance = 1, biasVariance = 0): DenseLayer {
	return { type: "dense", width, activation, weightVariance, biasVariance };
}

export function residual(
	width: number,
	activation: string,
	residualScale: number,
	weightVariance = 1,
	biasVariance = 0,
): ResidualLayer {
	return { type: "residual", width, activation, residualScale, weightVariance, biasVariance };
}

export function convolution(
	channels: number,
	patch: number,
	activation: string,
	weightVariance = 1,
	biasVariance = 0,
): ConvolutionLayer {
	return { type: "convolution", channels, patch, stride: patch, activation, weightVariance, biasVariance };
}

interface Shape {
	points: number;
	inputs: number;
	testPoints?: number;
	outputs?: number;
	layers: Layer[];
	inputShape?: Problem["inputShape"];
	readout?: Network["readout"];
	scaling?: Network["scaling"];
	noiseVariance?: number;
	seed?: number;
}

/** Normal inputs and targets. */
export function randomProblem(shape: Shape): Problem {
	const { points, inputs, testPoints = 0, outputs = 1, layers, seed = 1 } = shape;
	return {
		name: "random",
		trainInputs: normalMatrix(seed, points, inputs),
		trainTargets: normalMatrix(seed + 1000, points, outputs),
		...(shape.inputShape ? { inputShape: shape.inputShape } : {}),
		...(testPoints > 0 ? { testInputs: normalMatrix(seed + 2000, testPoints, inputs) } : {}),
		network: {
			layers,
			readout: shape.readout ?? { weightVariance: 1, biasVariance: 0 },
			scaling: shape.scaling ?? "standard",
		},
		noiseVariance: shape.noiseVariance ?? 0.1,
	};
}

/** Three linear units in mean-field scaling, whose posterior linear-posterior.ts knows exactly. */
export function narrowLinear(points: number, inputs: number, testPoints: number): Problem {
	return randomProblem({
		points,
		inputs,
		testPoints,
		layers: [dense(3, "linear", 2)],
		readout: { weightVariance: 3, biasVariance: 0 },
		scaling: "mean-field",
		noiseVariance: 0.2,
	});
}

/** The potential of a problem, its position at standard normals of this seed. */
export function potentialOf(problem: Problem, form?: ReadoutForm, seed = 7): Potential {
	const { testInputs: _, ...training } = problem;
	const inputs = whitenInputs(engine, training);
	const network = whitenNetwork(problem, inputs.directions);
	const potential = createPotential(engine, problem, network, load(engine, inputs.train), form);
	engine.fillNormal(splitStream(seedStream(seed), 0), potential.position);
	return potential;
}
