/** The models made for many matrices of scales against the plain ones, noise small and large, with and without readout bias. */
import { createEngine, type Matrix, matrix } from "@finitude/engine";
import { expect, test } from "vitest";
import { priorKernels } from "../../../src/index.ts";
import { outputScales } from "../../../src/matrix-scale/output-scales.ts";
import { patchKernels } from "../../../src/matrix-scale/patch-kernels.ts";
import { patchScales } from "../../../src/matrix-scale/patch-scales.ts";
import { repeatedOutputScales } from "../../../src/scale-mixture/matrix/repeated-output-scales.ts";
import { repeatedPatchScales } from "../../../src/scale-mixture/matrix/repeated-patch-scales.ts";
import type { ScaleModel } from "../../../src/scale-mixture/matrix/scale-model.ts";
import {
	convolutionLayer,
	denseLayer,
	largestDifference,
	networkOf,
	normalMatrix,
	smallProblem,
} from "../../helpers/problems.ts";

const engine = await createEngine();

const settings = [
	{ noiseVariance: 0.1, biasVariance: 0 },
	{ noiseVariance: 0.1, biasVariance: 0.3 },
	{ noiseVariance: 40, biasVariance: 0 },
	{ noiseVariance: 40, biasVariance: 0.3 },
	{ noiseVariance: 0, biasVariance: 0 },
];

/** Rounding times the condition number of K, some hundreds, and numbers up to ten. */
const BOUND = 1e-11;

function expectSame(fast: ScaleModel, plain: ScaleModel, scales: Matrix): void {
	expect([fast.size, fast.targetCount]).toEqual([plain.size, plain.targetCount]);
	expect(Math.abs(fast.energy(scales) - plain.energy(scales))).toBeLessThan(BOUND);
	const [slope, wanted] = [fast.slope(scales)!, plain.slope(scales)!];
	expect(largestDifference(slope.spread, wanted.spread)).toBeLessThan(BOUND);
	expect(largestDifference(slope.pull, wanted.pull)).toBeLessThan(BOUND);
	const [a, b] = [fast.predict(scales), plain.predict(scales)];
	expect(Object.keys(a).sort()).toEqual(Object.keys(b).sort());
	for (const name of ["trainMean", "trainVariance", "testMean", "testVariance"] as const) {
		expect(largestDifference(a[name]!, b[name]!), name).toBeLessThan(BOUND);
	}
	if (b.testOutputCovariance) {
		expect(largestDifference(a.testOutputCovariance!, b.testOutputCovariance)).toBeLessThan(BOUND);
	}
}

/** Positive definite. */
function scalesOf(n: number): Matrix {
	return matrix(
		n,
		n,
		Float64Array.from({ length: n * n }, (_, k) =>
			k % (n + 1) === 0 ? 1 + 0.3 * Math.floor(k / n) : 0.2 * Math.cos(Math.floor(k / n) + (k % n)),
		),
	);
}

test.each(settings)(
	"three outputs: noise $noiseVariance, bias $biasVariance",
	({ noiseVariance, biasVariance }) => {
		const problem = smallProblem(networkOf([denseLayer("erf")]));
		const kernel = priorKernels(engine, problem).outputWeights;
		const rest = [normalMatrix(6, 3, 4), noiseVariance, biasVariance] as const;
		expectSame(
			repeatedOutputScales(engine, kernel, ...rest),
			outputScales(engine, kernel, ...rest),
			scalesOf(3),
		);
	},
);

test.each(settings)(
	"four patches: noise $noiseVariance, bias $biasVariance",
	({ noiseVariance, biasVariance }) => {
		const problem = smallProblem(networkOf([convolutionLayer("erf")]));
		const pairs = patchKernels(engine, problem, priorKernels(engine, problem), true);
		const rest = [problem.trainTargets, noiseVariance, biasVariance] as const;
		expectSame(repeatedPatchScales(engine, pairs, ...rest), patchScales(engine, pairs, ...rest), scalesOf(4));
	},
);
