/** Draws of the predictive law and of the network itself against the moments. */
import { matrix, seedStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { combineChains, drawPredictive, type Problem, runChain } from "../../../src/index.ts";
import { messageOf } from "../../helpers/message-of.ts";
import {
	batchFreedom,
	expectAgreement,
	type Measurement,
	measureMatrix,
	POINT_QUANTITIES,
	sampledPoints,
} from "../../helpers/z-scores.ts";
import { dense, randomProblem } from "../../samplers/problems.ts";
import { engine, solve } from "./solve.ts";

const shape = { points: 5, inputs: 7, testPoints: 3 };
const problems: Record<string, Problem> = {
	"linear, two layers": randomProblem({ ...shape, layers: [dense(3, "linear"), dense(6, "linear")] }),
	"biases in both layers": randomProblem({
		...shape,
		layers: [dense(3, "erf", 1, 0.4)],
		readout: { weightVariance: 1.3, biasVariance: 0.7 },
	}),
	"units with a mean": randomProblem({ ...shape, layers: [dense(3, "relu")], noiseVariance: 0.02 }),
	"no noise": randomProblem({ ...shape, layers: [dense(4, "linear")], noiseVariance: 0 }),
};

describe.each(Object.entries(problems))("drawPredictive, %s", (_, problem) => {
	const draws = 4000;
	const f = drawPredictive(engine, problem, { draws, stream: seedStream(5) });
	const answer = solve("scale-mixture", problem, {}, true);

	it("has the mean and the covariance of the answer", () => {
		const n = f.columns;
		const measurements: Measurement[] = [];
		const measure = (label: string, values: number[], truth: number) => {
			const estimate = values.reduce((a, b) => a + b, 0) / draws;
			const square = values.reduce((sum, x) => sum + (x - estimate) ** 2, 0) / draws;
			measurements.push({ label, estimate, error: Math.sqrt(square / draws), truth, truthError: 0 });
		};
		const column = (s: number) => Array.from({ length: draws }, (_, i) => f.data[i * n + s]!);
		for (let s = 0; s < n; s++) {
			const center = answer.testMean!.data[s]!;
			measure(`mean ${s}`, column(s), center);
			for (let r = 0; r <= s; r++) {
				const other = column(r);
				const products = column(s).map((x, i) => (x - center) * (other[i]! - answer.testMean!.data[r]!));
				measure(`covariance ${s} ${r}`, products, answer.testCovariance!.data[s * n + r]!);
			}
		}
		expectAgreement(measurements);
	});

	it("goes on where its stream is, and repeats from the same seed", () => {
		const stream = seedStream(5);
		const [a, b] = [1, 2].map(() => drawPredictive(engine, problem, { draws: 2, stream }));
		expect(a!.data).not.toEqual(b!.data);
		const again = drawPredictive(engine, problem, { draws: 2, stream: seedStream(5) });
		expect(again.data).toEqual(a!.data);
	});
});

it("drawPredictive at a training point draws the target where there is no noise", () => {
	const problem = { ...problems["no noise"]!, testInputs: problems["no noise"]!.trainInputs };
	const f = drawPredictive(engine, problem, { draws: 2, stream: seedStream(1) });
	// Rounding times the condition number of the kernel, about 100.
	f.data.forEach((x, i) => {
		expect(Math.abs(x - problem.trainTargets.data[i % 5]!)).toBeLessThan(1e-12);
	});
});

it("drawPredictive refuses what has no test points or no scale", () => {
	const draw = (problem: Problem) =>
		messageOf(() => drawPredictive(engine, problem, { draws: 1, stream: seedStream(1) }));
	const { testInputs: _, ...rest } = problems["no noise"]!;
	expect(draw(rest)).toBe("testInputs: wanted test points to draw f at; got none. Give testInputs.");
	expect(draw({ ...rest, trainTargets: matrix(5, 2, new Float64Array(10).fill(1)) })).toBe(
		"drawPredictive draws one output of dense layers; the scale of this problem is a matrix.",
	);
});

describe("a sampled linear network", () => {
	it("agrees with `deep-linear` within its standard errors", () => {
		const problem = problems["linear, two layers"]!;
		const settings = { sampler: "hmc", chains: 2, draws: 600, warmup: 300, seed: 3, options: {} };
		const chains = [0, 1].map((chain) => runChain(problem, engine, settings, chain));
		const sampled = combineChains(problem, settings, chains);
		const exact = solve("deep-linear", problem);
		const freedom = batchFreedom(sampled);
		expectAgreement(
			POINT_QUANTITIES.flatMap((quantity) =>
				measureMatrix(quantity, { ...sampledPoints(sampled, quantity), freedom }, exact[quantity]!.data),
			),
		);
	});
});
