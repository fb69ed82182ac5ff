import { type Engine, matrix, type RandomState } from "@finitude/engine";
import { normals } from "../../data/random.ts";
import type { Problem } from "../../problem/problem.ts";
import type { TransitionParameters } from "./sweep.ts";

/**
 * The problem that the scalar equation is about: n points x ~ N(0, I) of M S inputs, targets <Theta*, x> without noise,
 * Theta* = theta* u v^T, and a linear convolution with M windows of S inputs. Its one test input is u v^T, so that the
 * posterior mean there is <E Theta, u v^T> = alpha theta*. Gaussian inputs have no preferred direction: u and v are uniform.
 *
 * @param stream advanced; as the first points come first, more points on the same stream contain fewer
 */
export function teacherProblem(
	parameters: TransitionParameters,
	engine: Engine,
	stream: RandomState,
): Problem {
	const { windows, patch, channels, samples, noiseVariance, targetAmplitude } = parameters;
	const inputs = windows * patch;
	const trainInputs = matrix(samples, inputs, normals(engine, stream, samples * inputs));
	const direction = new Float64Array(inputs).fill(1 / Math.sqrt(inputs));
	const targets = Float64Array.from({ length: samples }, (_, i) => {
		let sum = 0;
		for (let j = 0; j < inputs; j++) sum += trainInputs.data[i * inputs + j]! * direction[j]!;
		return targetAmplitude * sum;
	});
	return {
		name: "rank-one teacher",
		trainInputs,
		trainTargets: matrix(samples, 1, targets),
		testInputs: matrix(1, inputs, direction),
		network: {
			layers: [
				{
					type: "convolution",
					channels,
					patch,
					stride: patch,
					activation: "linear",
					weightVariance: parameters.weightVariance,
					biasVariance: 0,
				},
			],
			readout: { weightVariance: parameters.readoutWeightVariance, biasVariance: 0 },
			scaling: parameters.scaling,
		},
		noiseVariance,
	};
}
