/** The exact overlaps of students with one linear hidden layer, by quadrature over the scale of the network. */
import { dot, type Engine, identity, matrixFromColumn, multiply, trace } from "@finitude/engine";
import { stacked } from "../../problem/stacked.ts";
import { linearFirstLayerMoment } from "../../scale-mixture/first-layer-moment.ts";
import { linearPosteriorMean } from "../../scale-mixture/posterior-mean.ts";
import type { NetworkSetting } from "../analysis.ts";
import { sufficientData } from "../sufficient-data.ts";
import { functionMeasures } from "./function-measures.ts";
import type { TaughtProblem } from "./setting.ts";

/** What sampling estimates, without Monte-Carlo error. */
export interface ExactMeasures {
	readonly weightOverlap: number;
	readonly functionOverlap: number;
	readonly memorizationIndex: number;
}

/** Whether `exactMeasures` gives them: one linear layer and no biases. */
export function hasExactMeasures({ network: { layers, readout } }: NetworkSetting): boolean {
	const [layer, second] = layers;
	return (
		second === undefined &&
		layer!.activation === "linear" &&
		layer!.biasVariance === 0 &&
		readout.biasVariance === 0
	);
}

/**
 * Equation (5) of docs/analyses/teacher-overlap.md for M of (1), and the posterior mean, which is linear in x, for (2) and (4).
 * The cost does not grow with the number of samples beyond d. Undefined for other students.
 */
export function exactMeasures(
	engine: Engine,
	{ problem, direction, fresh, judges }: TaughtProblem,
): ExactMeasures | undefined {
	if (!hasExactMeasures(problem)) return undefined;
	const { inputs, targets } = sufficientData(engine, problem.trainInputs, problem.trainTargets);
	const reduced = {
		...problem,
		trainInputs: inputs,
		trainTargets: targets,
		testInputs: identity(direction.length),
	};
	const M = linearFirstLayerMoment(engine, reduced);
	const along = multiply(engine, M, matrixFromColumn(direction));
	const slope = linearPosteriorMean(engine, reduced).test!;
	const mean = multiply(engine, stacked(problem.trainInputs, fresh), slope);
	const { functionOverlap, memorizationIndex } = functionMeasures(judges, mean.data);
	return { weightOverlap: dot(direction, along.data) / trace(M), functionOverlap, memorizationIndex };
}
