import { type Engine, type Matrix, matrix, matrixFromColumn, multiply, transposed } from "@finitude/engine";
import { rowSpace } from "../../../samplers/row-space.ts";

/** Orthonormal coordinates of the training points in which a linear network's outputs live. */
export interface PointCoordinates {
	/** n x (M S): the inputs in these coordinates. */
	readonly inputs: Matrix;
	/** n: the readout bias at every point is this vector times one number. */
	readonly biasInput: Float64Array;
	/** n targets. */
	readonly targets: Float64Array;
	/** A vector over the points from its n coordinates; outside of them it is (y - f)/kappa with f = 0. */
	discrepancies(tau: Float64Array): Float64Array;
}

/**
 * With more points P than weights M S the outputs f = F theta lie in the column space of the P x M S inputs F (and the constant
 * vector of a readout bias). The targets orthogonal to it are noise, and a rotation of the points reduces the problem to
 * as many points as this space has dimensions. With P <= M S the points stay as they are.
 *
 * @param noiseVariance kappa, above 0 when P is above the number of weights
 */
export function pointCoordinates(
	engine: Engine,
	inputs: Matrix,
	targets: Float64Array,
	noiseVariance: number,
	readoutBiasVariance: number,
): PointCoordinates {
	const points = inputs.rows;
	const ones = new Float64Array(points).fill(1);
	if (points <= inputs.columns + (readoutBiasVariance > 0 ? 1 : 0)) {
		return { inputs, biasInput: ones, targets, discrepancies: (tau) => tau };
	}
	const { basis } = rowSpace(engine, outputDirections(inputs, readoutBiasVariance > 0));
	const project = (x: Float64Array) => multiply(engine, basis, matrixFromColumn(x)).data;
	const expand = (x: Float64Array) => multiply(engine, basis, matrixFromColumn(x), { transposeA: true }).data;
	const coordinates = project(targets);
	const explained = expand(coordinates);
	const noise = targets.map((y, i) => (y - explained[i]!) / noiseVariance);
	return {
		inputs: multiply(engine, basis, inputs),
		biasInput: project(ones),
		targets: coordinates,
		discrepancies: (tau) => expand(tau).map((x, i) => x + noise[i]!),
	};
}

/** The columns of F as rows, and the constant vector. */
function outputDirections(inputs: Matrix, withConstant: boolean): Matrix {
	const directions = transposed(inputs);
	if (!withConstant) return directions;
	const scale = Math.sqrt(inputs.data.reduce((sum, x) => sum + x * x, 0) / inputs.data.length);
	const data = new Float64Array(directions.data.length + inputs.rows).fill(scale);
	data.set(directions.data);
	return matrix(directions.rows + 1, directions.columns, data);
}
