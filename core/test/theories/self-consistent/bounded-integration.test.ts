import { matrix, seedStream, splitStream } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { findActivation } from "../../../src/index.ts";
import { tiltedUnit } from "../../../src/theories/self-consistent/bounded/bounded-cumulant.ts";
import { boundedModel } from "../../../src/theories/self-consistent/bounded/bounded-model.ts";
import { solveTree } from "../../../src/theories/self-consistent/tree.ts";
import {
	featureSource,
	type HiddenUnit,
	hiddenUnit,
	paddedSobolRule,
	stretchedRule,
	trapezoidRule,
} from "../../../src/tilted-unit/index.ts";
import { largestDifference } from "../../helpers/problems.ts";
import { engine, problemOf, solve } from "./bounded-problems.ts";

describe("the error of integration", () => {
	const noteOf = (answer: ReturnType<typeof solve>, name: string) =>
		answer.validity.find((entry) => entry.name === name)?.value as number;

	it("is below 1e-10 of the targets on a grid, and what a finer grid changes", () => {
		const problem = problemOf({ points: 4, scaling: "mean-field", noiseVariance: 0.05 });
		const answer = solve(problem);
		expect(answer.convergence.converged).toBe(true);
		const error = noteOf(answer, "quadratureError");
		expect(error).toBeLessThan(1e-10 * Math.max(...problem.trainTargets.data.map(Math.abs)));
		const fine = boundedModel(
			engine,
			problem,
			hiddenUnit(engine, problem),
			trapezoidRule(2, 0.05, 16, { even: true }),
		);
		const { tau } = solveTree(engine, fine.cumulant, fine.targets, problem.noiseVariance);
		const means = fine.means(tau);
		// Rounding of sums over 1e5 points is added.
		expect(largestDifference(answer.testMean!, matrix(2, 1, means.test!))).toBeLessThan(error + 1e-12);
	});

	it("is reported as large as it is for random points", () => {
		const problem = problemOf({ inputs: 5, points: 4, scaling: "mean-field", width: 6, noiseVariance: 0.05 });
		const answer = solve(problem);
		const error = noteOf(answer, "quadratureError");
		expect(answer.convergence.converged).toBe(true);
		// A grid in the four dimensions that count.
		const model = boundedModel(
			engine,
			problem,
			hiddenUnit(engine, problem, { reduceTo: "training" }),
			trapezoidRule(4, 0.6, 9.5, { even: true }),
		);
		const { tau } = solveTree(engine, model.cumulant, model.targets, problem.noiseVariance);
		const { train, test } = model.means(tau);
		const off = Math.max(
			largestDifference(answer.trainMean!, matrix(4, 1, train)),
			largestDifference(answer.testMean!, matrix(2, 1, test!)),
		);
		expect(off).toBeLessThan(3 * error);
		expect(noteOf(answer, "effectiveSampleSize")).toBeGreaterThan(1000);
	});
});

describe("random points", () => {
	it("of a stretched density average the prior and, where it is broad, need fewer points", () => {
		const dimension = 70;
		const plain = paddedSobolRule(engine, dimension, 12, splitStream(seedStream(5), 0));
		const stretched = stretchedRule(plain, Float64Array.of(3));
		const wide: HiddenUnit = {
			activation: findActivation("linear"),
			trainPoints: 2,
			points: 2,
			positions: 1,
			dimension,
			inputs: matrix(
				2,
				dimension,
				Float64Array.from({ length: 2 * dimension }, (_, k) => (k === 0 || k === 139 ? 1 : 0)),
			),
		};
		const averagesBy = (rule: typeof plain, strength: number) => {
			const source = featureSource(engine, wide, rule);
			return tiltedUnit(
				engine,
				{ width: 1, readoutVariance: 1, readoutBiasVariance: 0 },
				source,
				Float64Array.of(strength, 0),
			);
		};
		const kernel = averagesBy(stretched, 0).kernel().data;
		// The first coordinate by Sobol points; the last, random one has a standard error of sqrt(2 / 4096) = 0.022, here larger
		// by the spread of the weights: four of them.
		expect(Math.abs(kernel[0]! - 1)).toBeLessThan(0.01);
		expect(Math.abs(kernel[3]! - 1)).toBeLessThan(0.15);
		// exp(0.8 h^2 / 2) makes h ~ N(0, 5): exactly -ln(1 - 0.8)/2, and an infinite variance of the prior's weights.
		const strength = Math.sqrt(0.8);
		const [before, after] = [plain, stretched].map((rule) => averagesBy(rule, strength));
		expect(Math.abs(after!.value + 0.5 * Math.log(0.2))).toBeLessThan(0.005);
		expect(after!.averages.effectiveSampleSize).toBeGreaterThan(3 * before!.averages.effectiveSampleSize);
	});

	it("say when they do not suffice", () => {
		const problem = problemOf({
			inputs: 20,
			points: 20,
			width: 60,
			activation: "tanh",
			scaling: "mean-field",
			noiseVariance: 1e-5,
		});
		const { convergence } = solve(problem);
		expect(convergence.converged).toBe(false);
		expect(convergence.advice).toMatch(
			/^The equations were solved, but averages over the weights are known too poorly: 131072 points of integration give quadratureError \S+ with an effective sample size of \d+\. Take fewer training points, inputs of lower rank, more noise or a larger width\.$/,
		);
	});
});
