import type { Problem } from "../../../src/index.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../../helpers/problems.ts";

/** Four training and two test points in three dimensions, and dense layers with biases. */
export function fourPoints(
	activations: readonly string[],
	width: number,
	changes: Partial<Problem> = {},
): Problem {
	const layers = activations.map((activation) => denseLayer(activation, { width, biasVariance: 0.1 }));
	return smallProblem(networkOf(layers), {
		trainInputs: normalMatrix(4, 3, 1),
		trainTargets: normalMatrix(4, 1, 2),
		testInputs: normalMatrix(2, 3, 3),
		...changes,
	});
}
