import { denseLayer, networkOf, normalMatrix, smallProblem } from "../helpers/problems.ts";

/** Units of two weights and a bias: five training and two test points. */
export const planeProblem = (activation: string) =>
	smallProblem(networkOf([denseLayer(activation, { biasVariance: 0.3 })]), {
		trainInputs: normalMatrix(5, 2, 1),
		trainTargets: normalMatrix(5, 1, 2),
		testInputs: normalMatrix(2, 2, 3),
	});
