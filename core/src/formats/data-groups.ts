/** The groups of what was given: `observed_data` and `constant_data` of the ArviZ schema. */
import type { Matrix } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { type DataGroup, type DataVariable, variable } from "./data-tree.ts";
import { CREATION, labeledGroup, TEST, TRAIN } from "./groups.ts";

/** The targets that the posterior is conditioned on. */
export function observedDataGroup({ trainTargets }: Problem): DataGroup {
	return labeledGroup(CREATION, { train_targets: ofMatrix(TRAIN, trainTargets) });
}

/** Inputs, test points and noise; the network stands in the attributes as JSON, in the form of the problem file. */
export function constantDataGroup(problem: Problem): DataGroup {
	const { trainInputs, testInputs, testTargets, noiseVariance, network, inputShape, name } = problem;
	return labeledGroup(
		{
			...CREATION,
			problem: name,
			network: JSON.stringify(network),
			...(inputShape ? { input_shape: inputShape } : {}),
		},
		{
			train_inputs: ofMatrix(["train_point", "input"], trainInputs),
			...(testInputs ? { test_inputs: ofMatrix(["test_point", "input"], testInputs) } : {}),
			...(testTargets ? { test_targets: ofMatrix(TEST, testTargets) } : {}),
			noise_variance: variable([], [], Float64Array.of(noiseVariance)),
		},
	);
}

function ofMatrix(dimensions: readonly string[], { rows, columns, data }: Matrix): DataVariable {
	return variable(dimensions, [rows, columns], data);
}
