/** The law of a 2 x 2 matrix of scales against golden numbers, and against the one-dimensional law where the two must agree. */
import { readFileSync } from "node:fs";
import { createEngine, identity, type Matrix } from "@finitude/engine";
import { expect, test } from "vitest";
import { parseProblem, priorKernels } from "../../src/index.ts";
import { requireResolved } from "../../src/samplers/paired-readout.ts";
import { createScalarFunctions } from "../../src/samplers/scalar-functions.ts";
import { createScalePosterior } from "../../src/scale-mixture/scale-posterior.ts";
import { twoOutputLikelihood } from "../../src/scale-mixture/two-output-likelihood.ts";
import { createWishartPosterior } from "../../src/scale-mixture/wishart-posterior.ts";
import { diagonalizeModes } from "../../src/theories/kernel-rescaling/modes.ts";
import { faultOf } from "../helpers/fault-of.ts";

const engine = await createEngine();
const scalar = createScalarFunctions(engine);

/** More than any of these posteriors takes. */
const MOST_NODES = 1e6;

test("two outputs: log evidence and mean of Q are the golden numbers of a quadrature on a box", () => {
	const file = JSON.parse(
		readFileSync(
			new URL("../../../fixtures/golden/mixture-two-outputs-erf-n20.json", import.meta.url),
			"utf8",
		),
	);
	const problem = parseProblem(file.problem);
	const { expected, relativeTolerance } = file.cases[0];
	const kernel = priorKernels(engine, problem).outputWeights.train;
	const modes = diagonalizeModes(engine, kernel, problem.noiseVariance, 0);
	const column = (k: number) => modes.project(problem.trainTargets.data.filter((_, i) => i % 2 === k));
	const likelihood = twoOutputLikelihood(scalar, modes, [column(0), column(1)]);
	const law = createWishartPosterior(scalar, 20, MOST_NODES)(likelihood)!;
	const points = problem.trainInputs.rows;
	const logEvidence = law.logTotal - points * Math.log(2 * Math.PI);
	expect(Math.abs(logEvidence / expected.logEvidence - 1)).toBeLessThan(relativeTolerance);
	expect(law.residual).toBeLessThan(5e-5);
	const mean = [0, 0, 0];
	law.probabilities.forEach((p, i) => {
		const { first, lower, second } = law.factorAt(i);
		mean[0]! += p * first ** 2;
		mean[1]! += p * first * lower;
		mean[2]! += p * (lower ** 2 + second ** 2);
	});
	const [[q11, q12], [, q22]] = expected.orderParameters.scaleMean;
	[q11, q12, q22].forEach((q, i) => {
		expect(Math.abs(mean[i]! - q)).toBeLessThan(relativeTolerance * q11);
	});
});

/** Two targets of which the second is 0 are not one output, but a likelihood that ignores the second output is. */
test.each([3, 20])("the law of Q_11 alone is that of one output: width %i", (width) => {
	const modes = {
		signal: Float64Array.of(0, 0.1, 1, 5),
		noise: new Float64Array(4).fill(0.1),
		logDeterminantShift: 0,
		project: (x: Float64Array) => x,
		projectColumns: (x: Matrix) => x,
		dualBasis: () => identity(4),
		smallestEigenvalue: 0,
		hiddenEigenvalues: 1,
	};
	const y = Float64Array.of(0.2, 1, -2, 3);
	const one = createScalePosterior(engine, modes, [width])(y);
	const two = createWishartPosterior(
		scalar,
		width,
		MOST_NODES,
	)(({ first }) => {
		let sum = 0;
		for (let k = 0; k < 4; k++) {
			const a = modes.noise[k]! + first ** 2 * modes.signal[k]!;
			sum -= (Math.log(a) + y[k]! ** 2 / a) / 2;
		}
		return sum;
	})!;
	// The prior of F_21 and F_22 integrates to 1. The step leaves an error of 2e-9 at most.
	expect(two.logTotal).toBeCloseTo(one.logTotal, 8);
	const mean = (law: { probabilities: Float64Array }, q: (i: number) => number) =>
		law.probabilities.reduce((sum, p, i) => sum + p * q(i), 0);
	const expected = mean(one, (i) => Math.exp((one.first + i) * one.step));
	expect(mean(two, (i) => two.factorAt(i).first ** 2)).toBeCloseTo(expected, 8);
	const inverse = mean(one, (i) => Math.exp(-(one.first + i) * one.step));
	expect(mean(two, (i) => two.factorAt(i).first ** -2)).toBeCloseTo(inverse, 8);
});

test("a posterior that takes too many nodes has no law, or a coarse one, and the sampler refuses both", () => {
	const likelihood = ({ first }: { first: number }) => -50 * (first - 1) ** 2;
	const none = createWishartPosterior(scalar, 20, 100)(likelihood);
	expect(none).toBe(undefined);
	const full = createWishartPosterior(scalar, 20, MOST_NODES)(likelihood)!;
	const coarse = createWishartPosterior(scalar, 20, full.probabilities.length - 1)(likelihood)!;
	expect(coarse.refinements).toBe(full.refinements - 1);
	expect(coarse.residual).toBeGreaterThan(5e-5);
	expect(requireResolved(full)).toBe(full);
	for (const law of [none, coarse]) {
		expect(faultOf(() => requireResolved(law))).toBe(
			"exact: no lattice of 1000000 nodes or fewer resolves the posterior of the 2 x 2 matrix of scales. Use gibbs, or raise " +
				"noiseVariance.",
		);
	}
});

test("without a density anywhere there is no evidence", () => {
	const law = createWishartPosterior(scalar, 5, MOST_NODES)(() => Number.NEGATIVE_INFINITY)!;
	expect(law.logTotal).toBe(Number.NaN);
});
