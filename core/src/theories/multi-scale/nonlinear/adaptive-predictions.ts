/** Means and fluctuations of the outputs under the adapted measure: equations (15)-(17). */
import { dot, type Engine, type Matrix, matrix, matrixRow } from "@finitude/engine";
import type { KernelBlocks, TestBlocks } from "../../../kernels/kernel-blocks.ts";
import {
	conditionalFeatures,
	conditionalMoments,
	featureSource,
	type HiddenUnit,
} from "../../../tilted-unit/index.ts";
import { firstMoments } from "./adaptive-unit.ts";
import type { SolvedNodes } from "./integration.ts";

/** f at the training points, then at the test points. */
export interface AdaptiveMeans {
	readonly train: Float64Array;
	/** Empty without test points. */
	readonly test: Float64Array;
	/** f at the test points without the part known of the prior. */
	readonly ownTest: Float64Array;
}

/**
 * f = y - kappa Delta at the training points, which is (15) at the solution and loses nothing to a small kappa, and (17).
 *
 * @param unit w covering at least the training points
 * @param priorCross K0 between test and training points, for the part that is known of the prior
 */
export function adaptiveMeans(
	engine: Engine,
	unit: HiddenUnit,
	{ equations, solution: { point } }: SolvedNodes,
	priorCross: Matrix | undefined,
): AdaptiveMeans {
	const { problem, source, prior, share } = equations;
	const { targets, noiseVariance, readoutVariance } = problem;
	const P = targets.length;
	const { dual } = point.field;
	const train = targets.map((y, a) => y - noiseVariance * dual[a]!);
	const tests = unit.points - P;
	if (tests === 0) return { train, test: new Float64Array(0), ownTest: new Float64Array(0) };
	const { rule } = source;
	const features = conditionalFeatures(unit, {}, rule.kind === "trapezoid");
	const everywhere = featureSource(engine, unit, rule, { ...features, stored: 0 });
	const anchored = share > 0 && priorCross !== undefined;
	const { first, fields } = point.unit;
	const weightings = anchored ? [first, prior.probabilities.map((p, s) => p * fields[s]!)] : [first];
	const [ownTest, estimate] = firstMoments(engine, everywhere, weightings).map((sums) =>
		sums.subarray(P).map((x) => readoutVariance * x),
	) as [Float64Array, Float64Array?];
	if (!anchored || !estimate) return { train, test: ownTest, ownTest };
	const test = ownTest.map((x, b) => x + share * (dot(matrixRow(priorCross, b), dual) - estimate[b]!));
	return { train, test, ownTest };
}

/**
 * Q of (16) in blocks of training and test points: f is Gaussian around the saddle with this covariance before the noise.
 *
 * @param priorKernel K0 in the same blocks
 * @param covariance also between test points
 */
export function adaptiveFluctuations(
	engine: Engine,
	unit: HiddenUnit,
	{ equations, solution: { point } }: SolvedNodes,
	{ ownTest }: AdaptiveMeans,
	priorKernel: KernelBlocks,
	covariance: boolean,
): KernelBlocks {
	const train = point.fluctuation();
	if (priorKernel.test === undefined) return { train };
	const { problem, source, prior, share } = equations;
	const { width, readoutVariance } = problem;
	const weights = point.unit.second.map((x, s) => x - share * prior.probabilities[s]!);
	const moments = conditionalMoments(engine, unit, source.rule, weights, covariance);
	const known: TestBlocks = priorKernel.test;
	const entry = (moment: number, exact: number, mean: number, other: number) =>
		readoutVariance * moment + share * exact - (mean * other) / width;
	const P = point.ownMean.length;
	const tests = ownTest.length;
	return {
		train,
		test: {
			cross: matrix(
				tests,
				P,
				moments.cross.data.map((x, k) =>
					entry(x, known.cross.data[k]!, ownTest[Math.floor(k / P)]!, point.ownMean[k % P]!),
				),
			),
			diagonal: moments.diagonal.map((x, b) => entry(x, known.diagonal[b]!, ownTest[b]!, ownTest[b]!)),
			...(moments.covariance &&
				known.covariance && {
					covariance: matrix(
						tests,
						tests,
						moments.covariance.data.map((x, k) =>
							entry(x, known.covariance!.data[k]!, ownTest[Math.floor(k / tests)]!, ownTest[k % tests]!),
						),
					),
				}),
		},
	};
}
