/** What the weights of the first layer of a linear network are, given the data. */
import { type Engine, type Matrix, matrix, transposed } from "@finitude/engine";
import { InputError } from "../errors.ts";
import { chi, layerWidth } from "../network/network.ts";
import type { Problem } from "../problem/problem.ts";
import { deepLinear } from "../theories/deep-linear.ts";
import { solveOneOutput } from "./one-output.ts";
import { otherKernelPoints, unitSecondMoments } from "./scale-kernel.ts";

/**
 * M = E[w w^T | y], d x d: the exact posterior second moment of the weights of a first-layer unit, averaged over the units, of
 * a linear network with one dense hidden layer and one output. The weights are the values of a unit at e_1..e_d (without its
 * bias): equation (5) of docs/theories/scale-mixture.md at these points, in units of the readout variance. A priori
 * M = (s_1^2/d) I.
 *
 * @throws InputError for another network, and as the theory `deep-linear` does
 */
export function linearFirstLayerMoment(engine: Engine, problem: Problem): Matrix {
	const { network, trainInputs, trainTargets } = problem;
	const layer = network.layers[0]!;
	const applies = deepLinear.applies(problem);
	if (applies !== true || network.layers.length > 1 || layer.type !== "dense" || trainTargets.columns > 1) {
		throw new InputError({
			where: "network",
			wanted: "one dense linear hidden layer and one output",
			got: applies === true ? "another network" : `one of which ${applies.replace(/\.$/, "")}`,
		});
	}
	const d = trainInputs.columns;
	const readout = network.readout.weightVariance / chi(network);
	const weightVariance = layer.weightVariance / d;
	const { mixture, kernelNodes } = solveOneOutput(engine, problem);
	const posterior = { ...mixture, nodes: kernelNodes };
	const scaled = (m: Matrix, factor: number) =>
		matrix(
			m.rows,
			m.columns,
			m.data.map((x) => factor * x),
		);
	const prior = matrix(d, d);
	for (let i = 0; i < d; i++) prior.data[i * d + i] = readout * weightVariance;
	const cross = scaled(transposed(trainInputs), readout * weightVariance);
	const points = otherKernelPoints(engine, posterior, cross, prior);
	return scaled(unitSecondMoments(engine, posterior, points, layerWidth(layer)), 1 / readout);
}
