/** Predictions of a solution: the Gaussian process of the adapted output kernel, equations (10) and (11). */
import {
	choleskyFactor,
	choleskySolve,
	type Engine,
	type Matrix,
	multiply,
	plusDiagonal,
} from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import type { Problem } from "../../problem/problem.ts";
import { layerKernels } from "./free-energy.ts";
import type { EquationsSolution } from "./solve-equations.ts";
import { testOutputKernel } from "./test-sites.ts";

/** Q_f with the readout bias, at training and test points. @param covariance also between all test points */
export function outputBlocks(
	engine: Engine,
	{ model, state, kernels, whitened }: Pick<EquationsSolution, "model" | "state" | "kernels" | "whitened">,
	covariance: boolean,
): KernelBlocks {
	const { test } = whitened;
	return {
		train: kernels.output,
		...(test && { test: testOutputKernel(engine, model, state.factors, kernels, test, covariance) }),
	};
}

/**
 * The means (11) of another state of the same model: training points, then test points, row by row. Undefined where a kernel
 * is not positive definite.
 *
 * @param factors T_l
 */
export function meansAt(
	engine: Engine,
	{ trainTargets, noiseVariance }: Problem,
	{ model, whitened }: EquationsSolution,
	factors: readonly Matrix[],
): Float64Array | undefined {
	const kernels = layerKernels(engine, model, factors);
	if (kernels === undefined) return undefined;
	const { output } = kernels;
	const cholesky = choleskyFactor(engine, plusDiagonal(output, noiseVariance));
	if (!cholesky.positiveDefinite) return undefined;
	const discrepancy = choleskySolve(engine, cholesky.factor, trainTargets);
	const train = trainTargets.data.map((y, k) => y - noiseVariance * discrepancy.data[k]!);
	const { test } = whitened;
	if (test === undefined) return train;
	const { cross } = testOutputKernel(engine, model, factors, kernels, test, false);
	const means = new Float64Array(train.length + cross.rows * trainTargets.columns);
	means.set(train);
	means.set(multiply(engine, cross, discrepancy).data, train.length);
	return means;
}
