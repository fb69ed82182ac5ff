/** Predictions with inducing inputs: equation (5). */
import { type Engine, gram, type Matrix, matrix, multiply, solveLower, transposed } from "@finitude/engine";
import type { TestBlocks } from "../../kernels/kernel-blocks.ts";
import { type GaussianProcessPosterior, negativeVariances } from "../gaussian-process.ts";
import { type CollapsedOutput, collapsedValue, featuresOf, type InducingOutput } from "./collapsed-output.ts";
import { columnNorms } from "./conditional-layer.ts";
import type { SpreadKernel } from "./spread-map.ts";

/**
 * With V_* = C^-1 Q_u* and B = I + V V^T/kappa: f* = V_*^T B^-1 V Y/kappa, Var f* = (Q_** - V_*^T V_*) + V_*^T B^-1 V_*.
 * Both terms of the variance are positive, where the form of (5) subtracts.
 *
 * @param spread Q_f where a training point takes part
 * @param trainKernel Q_f between all training points, when their covariance is wanted
 * @param test Q_f between test points and inducing inputs, with `covariance` when that of the test points is wanted
 */
export function collapsedPosterior(
	engine: Engine,
	output: InducingOutput,
	collapsed: CollapsedOutput,
	spread: SpreadKernel,
	{ trainKernel, test }: { trainKernel?: Matrix | undefined; test?: TestBlocks | undefined },
): GaussianProcessPosterior {
	const train = momentsAt(engine, collapsed, collapsed.features, spread.diagonal, trainKernel);
	const fit = {
		trainMean: train.mean,
		trainVariance: train.variance,
		...(train.covariance && { trainCovariance: train.covariance }),
		discrepancy: collapsed.discrepancy,
		logEvidence: -collapsedValue(output, collapsed, spread.diagonal),
	};
	const trainNotes = negativeVariances("training", train.variance, spread.diagonal);
	if (test === undefined) return { ...fit, validity: trainNotes };
	const features = testFeatures(engine, output, collapsed, test);
	const { mean, variance, covariance } = momentsAt(
		engine,
		collapsed,
		features,
		test.diagonal,
		test.covariance,
	);
	return {
		...fit,
		testMean: mean,
		testVariance: variance,
		...(covariance && { testCovariance: covariance }),
		validity: [...trainNotes, ...negativeVariances("test", variance, test.diagonal)],
	};
}

/** The means at the training points, then at the test points, row by row. */
export function collapsedMeans(
	engine: Engine,
	output: InducingOutput,
	collapsed: CollapsedOutput,
	test: TestBlocks | undefined,
): Float64Array {
	const train = multiply(engine, collapsed.features, collapsed.weights, { transposeA: true }).data;
	if (test === undefined) return train;
	const features = testFeatures(engine, output, collapsed, test);
	const atTest = multiply(engine, features, collapsed.weights, { transposeA: true }).data;
	const all = new Float64Array(train.length + atTest.length);
	all.set(train);
	all.set(atTest, train.length);
	return all;
}

function testFeatures(
	engine: Engine,
	{ range }: InducingOutput,
	{ factor }: CollapsedOutput,
	test: TestBlocks,
): Matrix {
	return featuresOf(engine, range, factor, transposed(test.cross));
}

function momentsAt(
	engine: Engine,
	{ posterior, weights }: CollapsedOutput,
	features: Matrix,
	prior: Float64Array,
	joint: Matrix | undefined,
): { mean: Matrix; variance: Float64Array; covariance?: Matrix } {
	const shrunk = solveLower(engine, posterior, features);
	const [explained, left] = [columnNorms(features), columnNorms(shrunk)];
	return {
		mean: multiply(engine, features, weights, { transposeA: true }),
		variance: prior.map((x, s) => x - explained[s]! + left[s]!),
		...(joint && { covariance: covarianceOf(engine, joint, features, shrunk) }),
	};
}

/** Q_** - V^T V + W^T W. */
function covarianceOf(engine: Engine, joint: Matrix, features: Matrix, shrunk: Matrix): Matrix {
	const lost = gram(engine, features, { transposeA: true });
	const gained = gram(engine, shrunk, { transposeA: true });
	return matrix(
		joint.rows,
		joint.columns,
		joint.data.map((x, k) => x - lost.data[k]! + gained.data[k]!),
	);
}
