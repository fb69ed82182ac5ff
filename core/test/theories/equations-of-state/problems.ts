/** One problem for each kind of layer that the free energy treats. */
import { matrix } from "@finitude/engine";
import type { Problem } from "../../../src/index.ts";
import {
	convolutionLayer,
	denseLayer,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";

const biased = { biasVariance: 0.2 };
const readout = { weightVariance: 1.2, biasVariance: 0.3 };

/** Every kind of layer, with the activation given. */
export function layerKinds(activation: string): Record<string, Problem> {
	const dense = denseLayer(activation);
	return {
		"one dense layer": smallProblem(networkOf([dense])),
		"mean-field scaling": smallProblem(networkOf([dense], { scaling: "mean-field" }), {
			noiseVariance: 0.01,
		}),
		"two dense layers": smallProblem(networkOf([dense, denseLayer(activation, { width: 7 })])),
		"biases everywhere": smallProblem(
			networkOf([denseLayer(activation, biased), denseLayer(activation, biased)], { readout }),
		),
		"two outputs": smallProblem(networkOf([dense, dense]), { trainTargets: normalMatrix(6, 2, 4) }),
		convolution: smallProblem(networkOf([convolutionLayer(activation, biased)])),
		"a dense layer over a convolution": smallProblem(networkOf([convolutionLayer(activation), dense])),
		"a convolution over a convolution": smallProblem(
			networkOf([
				convolutionLayer(activation),
				convolutionLayer(activation, { patch: 2, stride: 2, ...biased }),
			]),
		),
		"an image": smallProblem(
			networkOf([
				convolutionLayer(activation, { patch: 2, stride: 2 }),
				convolutionLayer(activation, { patch: 2, stride: 2 }),
			]),
			{
				trainInputs: normalMatrix(5, 32, 8),
				trainTargets: normalMatrix(5, 1, 9),
				inputShape: [4, 4, 2],
				testInputs: normalMatrix(2, 32, 10),
			},
		),
	};
}

/** More points than inputs, linear below. */
export function linearProblem(points: number, inputs: number, depth: number, biasVariance = 0): Problem {
	const layer = denseLayer("linear", { width: 12, biasVariance });
	return smallProblem(
		networkOf(
			Array.from({ length: depth }, () => layer),
			{ readout: { weightVariance: 1.2, biasVariance } },
		),
		{
			trainInputs: normalMatrix(points, inputs, 5),
			trainTargets: normalMatrix(points, 1, 6),
			testInputs: normalMatrix(3, inputs, 7),
		},
	);
}

/** Orthogonal inputs of squared norm k0 d/s_1^2, so that s_1^2 X X^T/d = k0 I. */
export function whiteProblem(
	{ k0, width, c, noiseVariance, targetNormSquared }: Record<string, number>,
	points = 4,
): Problem {
	const inputs = matrix(points, points);
	for (let i = 0; i < points; i++) inputs.data[i * points + i] = Math.sqrt(k0! * points);
	const targets = normalMatrix(points, 1, 11);
	const norm = Math.sqrt(targets.data.reduce((sum, y) => sum + y * y, 0));
	return {
		name: "white",
		trainInputs: inputs,
		trainTargets: matrix(
			points,
			1,
			targets.data.map((y) => (y * Math.sqrt(targetNormSquared!)) / norm),
		),
		network: networkOf([denseLayer("linear", { width: width!, weightVariance: 1 })], {
			readout: { weightVariance: c!, biasVariance: 0 },
		}),
		noiseVariance: noiseVariance!,
	};
}
