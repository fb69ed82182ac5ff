import { createEngine } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/index.ts";
import { hasLinearPosteriorMean, linearPosteriorMean } from "../../src/scale-mixture/posterior-mean.ts";
import { largestDifference } from "../helpers/problems.ts";
import { linearPosterior } from "../samplers/linear-posterior.ts";
import { convolution, dense, randomProblem } from "../samplers/problems.ts";

const engine = await createEngine({ engine: "reference" });

const problems: Record<string, Problem> = {
	"one layer": randomProblem({ points: 5, inputs: 3, testPoints: 4, layers: [dense(4, "linear", 1.5)] }),
	"more inputs than points, mean-field": randomProblem({
		points: 4,
		inputs: 7,
		testPoints: 2,
		layers: [dense(6, "linear")],
		scaling: "mean-field",
		noiseVariance: 0.05,
	}),
	"three layers": randomProblem({
		points: 4,
		inputs: 3,
		testPoints: 2,
		layers: [dense(3, "linear"), dense(5, "linear", 0.7), dense(4, "linear")],
	}),
};

describe.each(Object.entries(problems))("linearPosteriorMean, %s", (_, problem) => {
	it("is the posterior mean of a plain quadrature", () => {
		expect(hasLinearPosteriorMean(problem)).toBe(true);
		const { train, test } = linearPosteriorMean(engine, problem);
		const exact = linearPosterior(problem).mean;
		const means = [...train.data, ...test!.data];
		const largest = Math.max(...exact.map(Math.abs));
		// Two quadratures, each right to 1e-12 of the whole.
		const differences = exact.map((value, i) => Math.abs(means[i]! - value));
		expect(Math.max(...differences)).toBeLessThan(1e-11 * largest);
	});
});

it("linearPosteriorMean counts a bias of the first layer as one more input", () => {
	const base = randomProblem({ points: 4, inputs: 2, testPoints: 3, layers: [dense(5, "linear", 1.2)] });
	const biased = { ...base, network: { ...base.network, layers: [dense(5, "linear", 1.2, 0.4)] } };
	// Fan-in d = 2 becomes 3: the weight variance per weight stays 0.6.
	const constant = Math.sqrt(0.4 / 0.6);
	const widened = (m: Problem["trainInputs"]) => ({
		rows: m.rows,
		columns: 3,
		data: Float64Array.from({ length: 3 * m.rows }, (_, i) =>
			i % 3 === 2 ? constant : m.data[2 * Math.floor(i / 3) + (i % 3)]!,
		),
	});
	const wider = {
		...base,
		trainInputs: widened(base.trainInputs),
		testInputs: widened(base.testInputs!),
		network: { ...base.network, layers: [dense(5, "linear", 1.8)] },
	};
	const [a, b] = [biased, wider].map((problem) => linearPosteriorMean(engine, problem));
	// Rounding and two quadratures of 1e-12.
	expect(largestDifference(a!.test!, b!.test!)).toBeLessThan(1e-11);
});

it("hasLinearPosteriorMean refuses what the scale mixture does not describe", () => {
	const of = (shape: Partial<Parameters<typeof randomProblem>[0]>) =>
		randomProblem({ points: 3, inputs: 4, layers: [dense(4, "linear")], ...shape });
	const others = [
		of({ layers: [dense(4, "erf")] }),
		of({ layers: [convolution(4, 2, "linear")] }),
		of({ layers: [dense(4, "linear"), dense(4, "linear", 1, 0.1)] }),
		of({ outputs: 2 }),
		of({ noiseVariance: 0 }),
	];
	expect(others.map(hasLinearPosteriorMean)).toEqual(others.map(() => false));
	expect(hasLinearPosteriorMean(of({ readout: { weightVariance: 1, biasVariance: 0.1 } }))).toBe(true);
});
