/** The exact posterior mean of dense linear networks with one output. */
import type { Engine, Matrix } from "@finitude/engine";
import type { Problem } from "../problem/problem.ts";
import { deepLinear } from "../theories/deep-linear.ts";

/** P x 1 and P* x 1. */
export interface PosteriorMean {
	readonly train: Matrix;
	readonly test?: Matrix;
}

/** Whether `linearPosteriorMean` gives the mean: dense linear layers, one output, noise, no bias between hidden layers. */
export function hasLinearPosteriorMean(problem: Problem): boolean {
	const { network, noiseVariance, trainTargets } = problem;
	return (
		noiseVariance > 0 &&
		trainTargets.columns === 1 &&
		network.layers.every(({ type }) => type === "dense") &&
		deepLinear.applies(problem) === true
	);
}

/**
 * The mean of `deep-linear`. Right to about 1e-12, the error of its quadrature.
 *
 * @param problem one for which `hasLinearPosteriorMean` is true
 */
export function linearPosteriorMean(engine: Engine, problem: Problem): PosteriorMean {
	const { trainMean, testMean } = deepLinear.solve(problem, deepLinear.options.parse({}), { engine });
	return { train: trainMean!, ...(testMean && { test: testMean }) };
}
