/** The sampler of the deep Gaussian process against published samples, and the theory against the sampler. */
import { createEngine, type Matrix, matrix } from "@finitude/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { findTheory, type Problem, parseProblem, solveTheory } from "../../../src/index.ts";
import { denseLayer, networkOf, normalMatrix, smallProblem } from "../../helpers/problems.ts";
import {
	expectAgreement,
	type Measurement,
	measureMatrix,
	type Sampled,
	zScore,
} from "../../helpers/z-scores.ts";
import { readGolden } from "../equations-of-state/golden-units.ts";
import { sampleDeepGaussianProcess } from "./deep-gaussian-process.ts";

const engine = await createEngine();

describe("the sampler agrees with an independent one", () => {
	it.each(["dkm-deep-gp-erf-mf-n20", "dkm-deep-gp-erf-std-n20"])("%s", (name) => {
		const { problem, truth } = readGolden(name);
		const sampled = sampleDeepGaussianProcess(engine, parseProblem(problem), {
			nu: 20,
			chains: 12,
			draws: 80,
			warmup: 60,
			seed: 1,
		});
		const measure = (label: "trainMean" | "trainVariance" | "testMean" | "testVariance") =>
			measureMatrix(label, sampled[label], truth[label].flat(), {
				truthError: truth[`${label}StandardError`].flat(),
			});
		expectAgreement([
			...measure("trainMean"),
			...measure("trainVariance"),
			...measure("testMean"),
			...measure("testVariance"),
			...measureMatrix("Sigma", sampled.Sigma, truth.orderParameters.Sigma.flat(), {
				truthError: truth.orderParametersStandardError.Sigma.flat(),
				symmetric: true,
			}),
		]);
		expect(sampled.acceptance).toBeGreaterThan(0.5);
	});
});

/** Mean-field scaling with the noise scaled, eight points of a single-index teacher. */
function problemOfWidth(width: number): Problem {
	const trainInputs = normalMatrix(8, 3, 21);
	const along = (row: number) => trainInputs.data[3 * row]! - 0.5 * trainInputs.data[3 * row + 1]!;
	return smallProblem(
		networkOf([denseLayer("erf", { width, weightVariance: 1 })], { scaling: "mean-field" }),
		{
			trainInputs,
			trainTargets: matrix(
				8,
				1,
				Float64Array.from({ length: 8 }, (_, i) => Math.tanh(2 * along(i))),
			),
			testInputs: normalMatrix(6, 3, 22),
			noiseVariance: 0.4 / width,
		},
	);
}

describe("the theory agrees with the sampled process at the rate 1/N", () => {
	const widths = [5, 10, 20];
	let differences: Required<Sampled>[];

	beforeAll(() => {
		differences = widths.map((width) => {
			const problem = problemOfWidth(width);
			const settings = { engine, clock: () => 0 };
			const { testMean } = solveTheory(findTheory("deep-kernel-machine"), problem, {}, settings);
			const run = { nu: width, chains: 24, draws: 300, warmup: 60, seed: 100 * width };
			return minus(sampleDeepGaussianProcess(engine, problem, run).testMean, testMean!);
		});
	});

	const zero = new Float64Array(6);
	const rms = (values: readonly number[]) => Math.hypot(...values) / Math.sqrt(values.length);
	const scores = (all: readonly Measurement[]) => all.map(zScore);

	it("sampling resolves the difference at the smallest width", () => {
		// Unresolved differences have scores of 1.
		expect(rms(scores(measureMatrix("difference", differences[0]!, zero)))).toBeGreaterThan(4);
	});

	it.each([
		[0, 1],
		[1, 2],
	])("twice the width halves it: widths number %i and %i", (a, b) => {
		// What is left is of order 1/N^2, below the sampling error.
		expectAgreement(measureMatrix("difference", halves(differences[a]!, differences[b]!), zero));
	});

	it("the sampled distances fall by about 2 a step", () => {
		const [five, , twenty] = differences.map(({ estimate }) => rms([...estimate.data]));
		// 4 over both steps; the larger width is known to a fourth.
		expect(five! / twenty!).toBeGreaterThan(2);
		expect(five! / twenty!).toBeLessThan(8);
	});
});

function minus({ estimate, error, freedom }: Sampled, theory: Matrix): Required<Sampled> {
	const data = estimate.data.map((x, k) => x - theory.data[k]!);
	return { estimate: { ...estimate, data }, error, freedom: freedom! };
}

/** 2 b - a. */
function halves(a: Required<Sampled>, b: Required<Sampled>): Sampled {
	const data = a.estimate.data.map((x, k) => 2 * b.estimate.data[k]! - x);
	const error = a.error.data.map((x, k) => Math.hypot(x, 2 * b.error.data[k]!));
	return {
		estimate: { ...a.estimate, data },
		error: { ...a.error, data: error },
		freedom: a.freedom,
	};
}
