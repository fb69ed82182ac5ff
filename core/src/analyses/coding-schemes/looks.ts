/** What is looked at in every unit of the last hidden layer, sampled or drawn from a law. */
import { diagonal, type Engine, type Matrix, matrix, symmetricEigen } from "@finitude/engine";
import { findActivation } from "../../activations/registry.ts";
import type { PriorKernels } from "../../kernels/prior-kernels.ts";
import { chi, type Network } from "../../network/network.ts";
import type { Problem } from "../../problem/problem.ts";
import { type HiddenUnit, hiddenUnit } from "../../tilted-unit/index.ts";
import { type ClassPair, classPairs, type PointClass } from "./classes.ts";
import type { Bins } from "./histograms.ts";

export interface Looks {
	readonly classes: readonly PointClass[];
	readonly pairs: readonly ClassPair[];
	/** P. */
	readonly points: number;
	/** Prior standard deviation of the pre-activation at each point: the unit of its histogram. */
	readonly deviations: Float64Array;
	/** phi in this unit is what the histogram of activations shows. */
	readonly activationUnit: number;
	readonly preactivationBins: Bins;
	readonly activationBins: Bins;
	/** Delta, P numbers, where it is known. */
	readonly dualField?: Float64Array | undefined;
	/** Whether a unit's silence is phi = 0, as for relu, rather than |h| < 0.1. */
	readonly rectified: boolean;
}

/** Whether phi(h) = 0 for h < 0 is what silence means. */
export function isRectified(activation: string): boolean {
	const { homogeneous, odd } = findActivation(activation);
	return homogeneous === true && !odd;
}

/**
 * A unit of the last hidden layer under its prior at the training points: exact in the first layer, with Gaussian pre-activations
 * (wide layers below) above it.
 */
export function lastLayerUnit(engine: Engine, problem: Problem, { preactivation }: PriorKernels): HiddenUnit {
	const { layers } = problem.network;
	const last = layers.length - 1;
	if (last === 0) return hiddenUnit(engine, problem, { reduceTo: "training" });
	const covariance = preactivation[last]![0]!.train;
	const { values, vectors } = symmetricEigen(engine, covariance);
	const P = covariance.rows;
	const inputs = matrix(P, P);
	for (let a = 0; a < P; a++) {
		for (let k = 0; k < P; k++) {
			// The largest eigenvalue first, as Sobol points want it; rounding may leave the smallest below 0.
			const from = P - 1 - k;
			inputs.data[a * P + k] = vectors.data[a * P + from]! * Math.sqrt(Math.max(values[from]!, 0));
		}
	}
	return {
		activation: findActivation(layers[last]!.activation, `network.layers[${last}].activation`),
		trainPoints: P,
		points: P,
		positions: 1,
		dimension: P,
		inputs,
	};
}

/** @param unit at the training points */
export function looksOf(
	{ network, trainInputs: { rows: P } }: Problem,
	classes: readonly PointClass[],
	{ inputs, dimension: r, activation }: HiddenUnit,
	{ outputWeights }: PriorKernels,
	dualField: Float64Array | undefined,
): Looks {
	const deviations = Float64Array.from({ length: P }, (_, a) =>
		Math.hypot(...inputs.data.subarray(a * r, (a + 1) * r)),
	);
	return {
		classes,
		pairs: classPairs(classes, P),
		points: P,
		// A point at the origin has no pre-activation: 0 in any unit.
		deviations: deviations.map((x) => (x === 0 ? 1 : x)),
		activationUnit: activation.bounded ? 1 : rootMeanSquareActivation(network, outputWeights.train),
		preactivationBins: { range: 4.375, count: 35 },
		activationBins: activation.bounded ? { range: 1, count: 21 } : { range: 4.375, count: 35 },
		dualField,
		rectified: isRectified(activation.name),
	};
}

/** Under the prior, from g <phi phi^T>. */
function rootMeanSquareActivation(network: Network, outputKernel: Matrix): number {
	const g = network.readout.weightVariance / chi(network);
	const squares = diagonal(outputKernel).map((k) => k / g);
	const mean = squares.reduce((sum, x) => sum + x, 0) / squares.length;
	return mean > 0 ? Math.sqrt(mean) : 1;
}
