/** The law of the scale against golden numbers of an independent implementation (tilted Fourier convolutions). */
import { readFileSync } from "node:fs";
import { createEngine, matrix, matrixFromRows } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { layerWidth, parseProblem, priorKernels } from "../../src/index.ts";
import { combineBlocks } from "../../src/kernels/kernel-blocks.ts";
import { createScalePosterior } from "../../src/scale-mixture/scale-posterior.ts";
import { gaussianProcessPosterior } from "../../src/theories/gaussian-process.ts";
import { diagonalizeModes } from "../../src/theories/kernel-rescaling/modes.ts";

const engine = await createEngine();

function golden(name: string) {
	const file = JSON.parse(
		readFileSync(new URL(`../../../fixtures/golden/${name}.json`, import.meta.url), "utf8"),
	);
	const { expected, relativeTolerance } = file.cases.find(
		(c: { theory: string }) => c.theory === "deep-linear",
	);
	return { problem: parseProblem(file.problem), expected, tolerance: relativeTolerance as number };
}

const names = [
	"deep-linear-n1",
	"deep-linear-n5",
	"deep-linear-5-5",
	"deep-linear-10-30-variances",
	"deep-linear-20-20-20",
	"deep-linear-singular-kernel",
	"deep-linear-far-tail",
	"deep-linear-two-minima-5-5",
	"deep-linear-zero-noise-n5",
];

describe.each(names)("%s", (name) => {
	const { problem, expected, tolerance } = golden(name);
	const prior = priorKernels(engine, problem);
	const modes = diagonalizeModes(engine, prior.outputWeights.train, problem.noiseVariance, 0);
	const posteriorOf = createScalePosterior(engine, modes, problem.network.layers.map(layerWidth));
	const law = posteriorOf(problem.trainTargets.data);

	test("log evidence, and it does not change when the step is doubled", () => {
		expect(Math.abs(law.logEvidence / expected.logEvidence - 1)).toBeLessThan(tolerance);
		expect(law.residual).toBeLessThan(1e-6);
		expect(law.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 14);
	});

	test("mean and deviation of the scale", () => {
		const scale = [...law.probabilities].map((p, i) => ({ p, q: Math.exp((law.first + i) * law.step) }));
		const mean = scale.reduce((sum, { p, q }) => sum + p * q, 0);
		const deviation = Math.sqrt(scale.reduce((sum, { p, q }) => sum + p * (q - mean) ** 2, 0));
		const { scaleMean, scaleDeviation } = expected.orderParameters;
		expect(Math.abs(mean / scaleMean - 1)).toBeLessThan(tolerance);
		expect(Math.abs(deviation / scaleDeviation - 1)).toBeLessThan(tolerance);
	});

	test("means and variances of f by the quadrature over the nodes", () => {
		const given = [...law.probabilities].flatMap((p, i) => {
			if (p < 1e-18) return [];
			const kernel = combineBlocks([prior.outputWeights], Math.exp((law.first + i) * law.step), 0);
			return [
				{ p, gp: gaussianProcessPosterior(engine, kernel, problem.trainTargets, problem.noiseVariance) },
			];
		});
		for (const set of ["train", "test"] as const) {
			const points = expected[`${set}Mean`].length;
			const mean = matrix(points, 1);
			const variance = matrix(points, 1);
			for (const { p, gp } of given)
				gp[`${set}Mean`]!.data.forEach((m, i) => {
					mean.data[i]! += p * m;
				});
			for (const { p, gp } of given)
				gp[`${set}Mean`]!.data.forEach((m, i) => {
					variance.data[i]! += p * (gp[`${set}Variance`]![i]! + (m - mean.data[i]!) ** 2);
				});
			// At zero noise the variance of the training points is 0 and not among the golden numbers.
			for (const [got, name] of [
				[mean, `${set}Mean`],
				[variance, `${set}Variance`],
			] as const) {
				if (expected[name] === undefined) continue;
				const wanted = matrixFromRows(expected[name]);
				const largest = Math.max(...wanted.data.map(Math.abs));
				wanted.data.forEach((x, i) => {
					expect(Math.abs(got.data[i]! - x)).toBeLessThan(tolerance * largest);
				});
			}
		}
	});
});
