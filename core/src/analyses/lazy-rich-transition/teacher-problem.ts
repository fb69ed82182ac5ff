import { type Engine, matrix, matrixFromColumn, multiply, type RandomState } from "@finitude/engine";
import { normals } from "../../data/random.ts";
import type { Problem } from "../../problem/problem.ts";
import { sufficientRows } from "../sufficient-data.ts";
import type { TransitionParameters } from "./sweep.ts";

/**
 * The problem that the scalar equation is about: n points x ~ N(0, I) of M S inputs, targets <Theta*, x> without noise,
 * Theta* = theta* u v^T, and a linear convolution with M windows of S inputs. Its one test input is u v^T, so that the
 * posterior mean there is <E Theta, u v^T> = alpha theta*. Gaussian inputs have no preferred direction: u and v are uniform.
 *
 * A linear network sees its data through X^T X and X^T y alone: where n exceeds M S, the M S rows of R with R^T R = X^T X and
 * their targets R Theta* stand for all points, at the same posterior and a cost that does not grow with n.
 *
 * @param stream advanced
 */
export function teacherProblem(
	parameters: TransitionParameters,
	engine: Engine,
	stream: RandomState,
): Problem {
	const { windows, patch, channels, samples, noiseVariance, targetAmplitude } = parameters;
	const inputs = windows * patch;
	const trainInputs = sufficientRows(
		engine,
		matrix(samples, inputs, normals(engine, stream, samples * inputs)),
	);
	const direction = new Float64Array(inputs).fill(1 / Math.sqrt(inputs));
	return {
		name: "rank-one teacher",
		trainInputs,
		trainTargets: multiply(engine, trainInputs, matrixFromColumn(direction), { alpha: targetAmplitude }),
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
