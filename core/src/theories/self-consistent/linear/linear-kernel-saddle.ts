import { type Engine, gram, type Matrix, matrix, multiply, transposed } from "@finitude/engine";
import type { PointValues } from "../cumulant-function.ts";
import type { KernelSaddle } from "../model.ts";
import { type FilterSaddle, filtered, filterSaddle, saddleKernel } from "./kernel-saddle.ts";
import { combination } from "./linear-cumulant.ts";
import type { PointCoordinates } from "./point-coordinates.ts";
import { spanCoordinates } from "./window-span.ts";
import { type LinearProblem, oriented, windowsOfOriented } from "./windows.ts";

/**
 * The kernel-saddle variant of a linear network.
 *
 * @param outputs the means for a Theta (in the orientation of `oriented`) and the mean of the readout bias
 */
export function linearKernelSaddle(
	engine: Engine,
	linear: LinearProblem,
	points: PointCoordinates,
	noiseVariance: number,
	outputs: (theta: Float64Array, bias: number) => PointValues,
	onProgress?: (fraction: number, message: string) => void,
): KernelSaddle {
	const { variance, units, readoutBiasVariance, windows, patch } = linear;
	// Filters change only inside the span of the windows that they see.
	const { inputs, basis } = spanCoordinates(engine, windowsOfOriented(linear, points.inputs), patch);
	const size = basis ? basis.rows : patch;
	const saddle = filterSaddle(
		engine,
		{ ...points, inputs, patch: size, variance, units, readoutBiasVariance, noiseVariance },
		onProgress,
	);
	const { root, discrepancy, convergence } = saddle;

	const theta = multiply(
		engine,
		matrix(windows, size, combination(inputs, discrepancy)),
		gram(engine, root),
		{
			alpha: variance,
		},
	);
	const fullTheta = basis ? multiply(engine, theta, basis) : theta;
	const bias = readoutBiasVariance * points.biasInput.reduce((sum, b, i) => sum + b * discrepancy[i]!, 0);

	const fullRoot = basis ? multiply(engine, basis, root, { transposeA: true }) : root;
	const { train } = linear;
	return {
		means: outputs(oriented(linear, matrix(1, windows * patch, fullTheta.data)).data, bias),
		kernel: saddleKernel(engine, filtered(engine, train, fullRoot), {
			variance,
			readoutBiasVariance,
			biasInput: new Float64Array(train.rows).fill(1),
		}),
		orderParameters: {
			filterCovariance: filterCovariance(engine, saddle, basis),
			discrepancy: Array.from(points.discrepancies(discrepancy)),
		},
		convergence,
	};
}

/** Sg over the S inputs of a window: the identity outside the span of the windows. */
function filterCovariance(engine: Engine, { root }: FilterSaddle, basis: Matrix | undefined): Matrix {
	const inside = gram(engine, root);
	if (basis === undefined) return inside;
	for (let i = 0; i < inside.rows; i++) inside.data[i * inside.rows + i]! -= 1;
	const change = multiply(engine, multiply(engine, basis, inside, { transposeA: true }), basis);
	const mirrored = transposed(change);
	const size = basis.columns;
	return matrix(
		size,
		size,
		change.data.map((x, i) => (x + mirrored.data[i]!) / 2 + (i % (size + 1) === 0 ? 1 : 0)),
	);
}
