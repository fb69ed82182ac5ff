import { type Matrix, matrix } from "@finitude/engine";
import { chi, type Layer, layerWidth } from "../../../network/network.ts";
import { inputColumns, patchMembers } from "../../../network/patches.ts";
import type { Problem } from "../../../problem/problem.ts";
import { layerPositions, positionCount } from "../../../problem/tiling.ts";
import type { LinearNetwork } from "./linear-cumulant.ts";

/** A linear network as f = <Theta, X> + readout bias, X the M x S matrix of a point's windows, and its points. */
export interface LinearProblem {
	/** M: 1 for a dense layer. */
	readonly windows: number;
	/** S, the constant input of a hidden bias included. */
	readonly patch: number;
	/** P x (M S), window after window. */
	readonly train: Matrix;
	/** P* x (M S). */
	readonly test?: Matrix;
	/** lam = s_a^2 s_w^2 / (M S chi), with S the fan-in without the constant input. */
	readonly variance: number;
	/** C. */
	readonly units: number;
	/** s_b^2 of the readout. */
	readonly readoutBiasVariance: number;
	/** Whether M <= S, so that windows are the short side of X. */
	readonly windowsAreShort: boolean;
}

/**
 * The windows of a linear network with one hidden layer, dense or convolutional. A hidden bias is one more input of every
 * window, the constant sqrt(S) s_b / s_w.
 */
export function linearProblem({ network, trainInputs, testInputs, inputShape }: Problem): LinearProblem {
	const layer = network.layers[0]!;
	const columns = windowColumns(layer, trainInputs.columns, inputShape);
	const fanIn = columns[0]!.length;
	const constant =
		layer.biasVariance > 0 ? Math.sqrt((fanIn * layer.biasVariance) / layer.weightVariance) : undefined;
	const patch = constant === undefined ? fanIn : fanIn + 1;
	const { weightVariance, biasVariance } = network.readout;
	return {
		windows: columns.length,
		patch,
		train: windowsOf(trainInputs, columns, constant),
		...(testInputs && { test: windowsOf(testInputs, columns, constant) }),
		variance: (weightVariance * layer.weightVariance) / (columns.length * fanIn * chi(network)),
		units: layerWidth(layer),
		readoutBiasVariance: biasVariance,
		windowsAreShort: columns.length <= patch,
	};
}

/** Its prior of Theta, in the orientation of `oriented`. */
export function linearNetwork(problem: LinearProblem): LinearNetwork {
	const { windows, patch, variance, units, readoutBiasVariance } = problem;
	return {
		short: Math.min(windows, patch),
		long: Math.max(windows, patch),
		variance,
		units,
		readoutBiasVariance,
	};
}

/** n x (M S) inputs with the short side of every X first: X itself or X^T. */
export function oriented({ windows, patch, windowsAreShort }: LinearProblem, inputs: Matrix): Matrix {
	return windowsAreShort ? inputs : eachTransposed(inputs, windows, patch);
}

/** The inverse of `oriented`. */
export function windowsOfOriented(
	{ windows, patch, windowsAreShort }: LinearProblem,
	inputs: Matrix,
): Matrix {
	return windowsAreShort ? inputs : eachTransposed(inputs, patch, windows);
}

function eachTransposed(inputs: Matrix, rows: number, columns: number): Matrix {
	const result = matrix(inputs.rows, inputs.columns);
	for (let at = 0; at < inputs.data.length; at += inputs.columns) {
		for (let i = 0; i < rows; i++) {
			for (let j = 0; j < columns; j++) result.data[at + j * rows + i] = inputs.data[at + i * columns + j]!;
		}
	}
	return result;
}

function windowColumns(layer: Layer, inputs: number, inputShape: Problem["inputShape"]): number[][] {
	const [positions] = layerPositions([layer], inputs, inputShape);
	const groups =
		layer.type === "convolution"
			? patchMembers(positions!, layer.patch)
			: [Array.from({ length: positionCount(positions!) }, (_, i) => i)];
	return groups.map((group) => inputColumns(group, positions!.channels));
}

function windowsOf(inputs: Matrix, columns: readonly number[][], constant: number | undefined): Matrix {
	const fanIn = columns[0]!.length;
	const patch = constant === undefined ? fanIn : fanIn + 1;
	const result = matrix(inputs.rows, columns.length * patch);
	for (let p = 0; p < inputs.rows; p++) {
		columns.forEach((members, w) => {
			const at = p * result.columns + w * patch;
			members.forEach((column, i) => {
				result.data[at + i] = inputs.data[p * inputs.columns + column]!;
			});
			if (constant !== undefined) result.data[at + fanIn] = constant;
		});
	}
	return result;
}
