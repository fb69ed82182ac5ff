/** Small linear problems with one hidden layer. */
import { type Matrix, matrix } from "@finitude/engine";
import type { Layer, Network, Problem } from "../../../src/index.ts";
import { normalMatrix } from "../../helpers/problems.ts";

interface Shape {
	readonly points?: number;
	readonly inputs?: number;
	/** A convolution with this patch; a dense layer without it. */
	readonly patch?: number;
	readonly width?: number;
	readonly biasVariance?: number;
	readonly readoutBiasVariance?: number;
	readonly scaling?: Network["scaling"];
	readonly noiseVariance?: number;
	/** Factor on the targets. */
	readonly targetScale?: number;
}

export function linearLayer({ patch, width = 12, biasVariance = 0 }: Shape): Layer {
	const prior = { activation: "linear", weightVariance: 1.3, biasVariance };
	return patch === undefined
		? { type: "dense", width, ...prior }
		: { type: "convolution", channels: width, patch, stride: patch, ...prior };
}

/** P points of normal inputs and targets, and three test points. */
export function linearProblem(shape: Shape = {}): Problem {
	const {
		points = 5,
		inputs = 6,
		readoutBiasVariance = 0,
		scaling = "standard",
		noiseVariance = 0.2,
	} = shape;
	const targets = normalMatrix(points, 1, 12);
	return {
		name: "linear",
		trainInputs: normalMatrix(points, inputs, 11),
		trainTargets: matrix(
			points,
			1,
			targets.data.map((y) => (shape.targetScale ?? 1) * y),
		),
		testInputs: normalMatrix(3, inputs, 13),
		network: {
			layers: [linearLayer(shape)],
			readout: { weightVariance: 1.7, biasVariance: readoutBiasVariance },
			scaling,
		},
		noiseVariance,
	};
}

/** The means at training, then test points. */
export function meansOf(answer: { trainMean?: Matrix; testMean?: Matrix }): Float64Array {
	return Float64Array.of(...answer.trainMean!.data, ...(answer.testMean?.data ?? []));
}

/** max |a_i - b_i| / max |b_i|. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let [difference, scale] = [0, 0];
	for (let i = 0; i < b.length; i++) {
		difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
		scale = Math.max(scale, Math.abs(b[i]!));
	}
	return difference / scale;
}
