/** Variances and evidence with the fluctuations of the kernel around its most likely value. */
import { type Engine, type Matrix, matrix, multiply } from "@finitude/engine";
import type { KernelBlocks } from "../../kernels/kernel-blocks.ts";
import { featureSource, type WhitenedUnit } from "../../tilted-unit/index.ts";
import { type KernelFluctuations, kernelFluctuations } from "./fluctuations.ts";
import type { SaddleSolution } from "./newton.ts";
import type { SaddleProblem } from "./saddle-equations.ts";
import type { SaddleOnNodes } from "./solve-saddle.ts";

/** J and (9) at a solution. @param blocks Q with the readout bias, at training and test points */
export function fluctuationsOf(
	engine: Engine,
	unit: WhitenedUnit,
	{ rule }: SaddleOnNodes,
	{ point }: SaddleSolution,
	{ train, test }: KernelBlocks,
	problem: SaddleProblem,
): KernelFluctuations {
	const P = train.rows;
	const rows = matrix(unit.points, P);
	rows.data.set(train.data);
	if (test) rows.data.set(test.cross.data, P * P);
	const predictors = multiply(engine, rows, point.force.precision);
	const source = featureSource(engine, unit, rule, { stored: 0 });
	return kernelFluctuations(engine, source, point.neurons.measure, problem, point.force, predictors);
}

/** Variances and covariances with what the fluctuations of the kernel add. */
export function plusFluctuations<
	Posterior extends {
		readonly trainVariance: Float64Array;
		readonly trainCovariance?: Matrix;
		readonly testVariance?: Float64Array;
		readonly testCovariance?: Matrix;
	},
>(posterior: Posterior, { covariance }: KernelFluctuations, P: number): Posterior {
	const n = covariance.rows;
	const variance = (values: Float64Array, first: number) =>
		values.map((x, a) => x + covariance.data[(first + a) * (n + 1)]!);
	const block = (m: Matrix, first: number) =>
		matrix(
			m.rows,
			m.rows,
			m.data.map((x, at) => {
				const [a, b] = [Math.floor(at / m.rows), at % m.rows];
				return x + covariance.data[(first + a) * n + first + b]!;
			}),
		);
	const { trainVariance, trainCovariance, testVariance, testCovariance } = posterior;
	return {
		...posterior,
		trainVariance: variance(trainVariance, 0),
		...(trainCovariance && { trainCovariance: block(trainCovariance, 0) }),
		...(testVariance && { testVariance: variance(testVariance, P) }),
		...(testCovariance && { testCovariance: block(testCovariance, P) }),
	};
}

/** Equation (10), or why it is left out. */
export function oneLoopEvidence(
	freeEnergyAtSaddle: number,
	{ eigenvalues }: KernelFluctuations,
): { readonly logEvidence?: number; readonly reason?: string } {
	const smallest = eigenvalues[0] ?? 1;
	if (!(smallest > 0)) {
		return {
			reason: `the one-loop evidence needs det J > 0 with all eigenvalues of J positive; the smallest is ${smallest.toExponential(1)}`,
		};
	}
	const logDeterminant = eigenvalues.reduce((sum, x) => sum + Math.log(x), 0);
	return { logEvidence: -freeEnergyAtSaddle - 0.5 * logDeterminant };
}
