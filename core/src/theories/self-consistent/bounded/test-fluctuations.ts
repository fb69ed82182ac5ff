import { type Engine, matrix } from "@finitude/engine";
import type { TestBlocks } from "../../../kernels/kernel-blocks.ts";
import {
	conditionalMoments,
	type FeatureSource,
	type HiddenUnit,
	pointExponents,
	ruleWeights,
	tiltedMeasure,
} from "../../../tilted-unit/index.ts";
import type { BoundedNetwork } from "./bounded-cumulant.ts";
import { treeTilt } from "./unit-averages.ts";

interface TestFluctuations {
	readonly network: BoundedNetwork;
	/** Reduced to the training points. */
	readonly unit: HiddenUnit;
	/** Its features at the training points. */
	readonly source: FeatureSource;
	readonly tau: Float64Array;
	/** W' at training and test points. */
	readonly gradient: Float64Array;
	/** Also between test points. */
	readonly covariance: boolean;
}

/**
 * W'' between test and training points, at each test point and, where asked for, between test points: equation (14) with
 * phi_* phi_a, phi_*^2 and phi_s phi_t replaced by their means given the pre-activations of the training points.
 */
export function testFluctuations(
	engine: Engine,
	{ network, unit, source, tau, gradient, covariance }: TestFluctuations,
): TestBlocks {
	const { width, readoutVariance, readoutBiasVariance } = network;
	const c = readoutVariance / width;
	const P = unit.trainPoints;
	const exponents = pointExponents(engine, source, treeTilt(c, tau));
	// The exponent is (c/2) s^2; on points a tilt of a bounded unit can be normalized.
	const { probabilities } = tiltedMeasure(source, ruleWeights(source), exponents)!;
	const moments = conditionalMoments(
		engine,
		unit,
		source.rule,
		probabilities.map((p, s) => p * (1 + 2 * exponents[s]!)),
		covariance,
	);
	const total = readoutBiasVariance * tau.reduce((sum, x) => sum + x, 0);
	const mean = (a: number) => (gradient[a]! - total) / readoutVariance;
	const entry = (moment: number, a: number, b: number) =>
		readoutVariance * (moment - c * mean(a) * mean(b)) + readoutBiasVariance;
	const { cross, diagonal, covariance: between } = moments;
	const tests = diagonal.length;
	return {
		cross: matrix(
			tests,
			P,
			cross.data.map((x, k) => entry(x, P + Math.floor(k / P), k % P)),
		),
		diagonal: diagonal.map((x, b) => entry(x, P + b, P + b)),
		...(between && {
			covariance: matrix(
				tests,
				tests,
				between.data.map((x, k) => entry(x, P + Math.floor(k / tests), P + (k % tests))),
			),
		}),
	};
}
