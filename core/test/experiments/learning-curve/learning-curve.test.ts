import { matrixToRows } from "@finitude/engine";
import { describe, expect, it } from "vitest";
import { problemAt } from "../../../src/experiments/learning-curve/learning-curve.ts";
import {
	type CurveMeasurement,
	learningCurveResults,
	learningCurveTable,
	type Problem,
	sampleInProcess,
	type TheoryPoint,
} from "../../../src/index.ts";
import { sampledErrors } from "../../../src/samplers/training-error.ts";
import { choleskyFactor, solveLower, solveUpper } from "../../helpers/small-cholesky.ts";
import { engine, linearNetwork, linearTeacher, measure, resolveCurve } from "./curves.ts";

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** E (f - y)^2 at points under a Gaussian process with the kernel 0.8 * 1.5 x.x'/d of the infinitely wide linear network. */
function gaussianProcessError(problem: Problem, points: "train" | "test"): number {
	const [inputs, at] = [problem.trainInputs, problem[`${points}Inputs`]!].map(matrixToRows) as [
		number[][],
		number[][],
	];
	const targets = [...problem[`${points}Targets`]!.data];
	const kernel = (a: number[], b: number[]) => (0.8 * 1.5 * dot(a, b)) / a.length;
	const factor = choleskyFactor(
		inputs.map((a, i) => inputs.map((b, j) => kernel(a, b) + (i === j ? problem.noiseVariance : 0))),
	);
	const weights = solveUpper(factor, solveLower(factor, [...problem.trainTargets.data]));
	return average(
		at.map((x, i) => {
			const row = inputs.map((a) => kernel(a, x));
			const half = solveLower(factor, row);
			return (targets[i]! - dot(row, weights)) ** 2 + kernel(x, x) - dot(half, half);
		}),
	);
}

const errorsOf = (point: TheoryPoint) => {
	if ("reason" in point) throw new Error(point.reason);
	return point.errors;
};

describe("the curve of a theory", () => {
	const curve = resolveCurve(linearTeacher);

	it("is the generalization error of its posterior, bias^2 and variance, at every number of points", async () => {
		const { curves, converged, complete } = learningCurveResults(curve, await measure(curve), engine);
		expect([converged, complete]).toEqual([true, true]);
		expect(curves).toHaveLength(1);
		expect(curves[0]!.points.map(({ samples }) => samples)).toEqual([2, 3, 6, 12]);
		for (const { samples, theories } of curves[0]!.points) {
			const problem = problemAt(curve, { samples, repetition: 0 });
			const [test, train] = [gaussianProcessError(problem, "test"), gaussianProcessError(problem, "train")];
			const { generalizationError, biasSquared, variance, trainError, relativeGap } = errorsOf(theories[0]!);
			// Two Cholesky solutions of at most 12 equations with condition numbers below 100.
			expect(generalizationError.value).toBeCloseTo(test, 12);
			expect(biasSquared.value + variance.value).toBeCloseTo(test, 12);
			expect(trainError.value).toBeCloseTo(train, 12);
			// The targets' noise, which the test targets do not carry.
			expect(relativeGap.value).toBeCloseTo(1 - train / (test + 0.1), 12);
			expect(generalizationError).not.toHaveProperty("standardError");
		}
	});

	it("averages over repetitions, each with its own training set", async () => {
		const repeated = resolveCurve({ ...linearTeacher, learningCurve: { samples: [6], repetitions: 3 } });
		const { curves } = learningCurveResults(repeated, await measure(repeated), engine);
		const point = curves[0]!.points[0]!;
		const errors = [0, 1, 2].map((repetition) =>
			gaussianProcessError(problemAt(repeated, { samples: 6, repetition }), "test"),
		);
		const { generalizationError } = errorsOf(point.theories[0]!);
		expect(point.repetitions).toBe(3);
		expect(generalizationError.value).toBeCloseTo(average(errors), 12);
		const spread = Math.sqrt(average(errors.map((e) => (e - average(errors)) ** 2)) / 2);
		expect(generalizationError.standardError).toBeCloseTo(spread, 12);
	});

	it("has a gap where one repetition is not solved, with the reason", async () => {
		const both = resolveCurve({
			...linearTeacher,
			theories: ["nngp", "kernel-rescaling"],
			learningCurve: { samples: [6], repetitions: 2 },
		});
		const measured = await measure(both);
		const half = measured.map((one, i): CurveMeasurement => {
			if (i === 0) return one;
			return { ...one, theories: [{ theory: "nngp", reason: "stuck", unsolved: true }, one.theories[1]!] };
		});
		const { curves, converged } = learningCurveResults(both, half, engine);
		const [nngp, other] = curves[0]!.points[0]!.theories;
		expect(nngp).toEqual({ theory: "nngp", reason: "stuck", unsolved: true });
		expect(converged).toBe(false);
		expect(other).toHaveProperty("errors");
	});

	it("counts the features that the readout reads", () => {
		const widths = { learningCurve: { samples: [6], widths: [3, 30] } };
		const wide = learningCurveResults(resolveCurve({ ...linearTeacher, ...widths }), [], engine);
		expect(wide.curves.map(({ widths, features }) => [widths, features])).toEqual([
			[[3], 3],
			[[30], 30],
		]);
		const layers = [{ type: "convolution", channels: 5, patch: 2, activation: "linear", weightVariance: 1 }];
		const convolution = { ...linearTeacher, network: { ...linearNetwork, layers } };
		expect(learningCurveResults(resolveCurve(convolution), [], engine).curves[0]!.features).toBe(10);
		expect(wide.complete).toBe(false);
	});
});

const withWidth = (width: number) => ({ ...linearNetwork, layers: [{ ...linearNetwork.layers[0], width }] });

describe("the sampled network", () => {
	const narrow = resolveCurve({ ...linearTeacher, network: withWidth(8) });
	const problem = problemAt(narrow, { samples: 6, repetition: 0 });
	const errorsOfRun = async (draws: number, seed: number) => {
		const settings = { sampler: "exact", chains: 2, draws, warmup: 0, seed, options: {} };
		const sampled = await sampleInProcess(engine)(problem, settings);
		const { generalization, training, relativeGap } = sampledErrors(
			problem,
			sampled!.chains,
			sampled!.answer,
			0.1,
		);
		return {
			generalization: { value: generalization.total, error: generalization.totalStandardError },
			training: { value: training.total, error: training.totalStandardError },
			gap: { value: relativeGap.value, error: relativeGap.standardError },
		};
	};

	it("has errors and a gap that scatter as their standard errors say", async () => {
		// Forty times as many draws as each run has.
		const truth = await errorsOfRun(4000, 100);
		const runs = [];
		for (let seed = 0; seed < 40; seed++) runs.push(await errorsOfRun(100, seed));
		for (const name of ["generalization", "training", "gap"] as const) {
			const z = runs.map((run) => (run[name].value - truth[name].value) / run[name].error);
			// The mean of 40 scores has the standard error 0.16, and the truth adds 0.16: four of both.
			expect(Math.abs(average(z))).toBeLessThan(0.9);
			// Their root mean square is known to 1/sqrt(80) = 11 %: four of these.
			expect(Math.abs(Math.sqrt(average(z.map((x) => x * x))) - 1)).toBeLessThan(0.45);
		}
	});
});

describe("theories beside the sampled network", () => {
	const file = {
		...linearTeacher,
		network: withWidth(8),
		theories: ["nngp", "kernel-rescaling"],
		// Independent draws: 1000 of them keep every R-hat below 1.01.
		sampling: { sampler: "exact", chains: 4, draws: 1000, warmup: 0 },
		learningCurve: { samples: [3, 6, 12], sampleAt: [3, 12] },
	};

	it("are measured by the standard error of the difference, where the network is sampled", async () => {
		const curve = resolveCurve(file);
		const results = learningCurveResults(curve, await measure(curve), engine);
		const [three, six, twelve] = results.curves[0]!.points;
		expect(six).not.toHaveProperty("sampled");
		expect(six).not.toHaveProperty("nearest");
		for (const { sampled, theories, nearest } of [three!, twelve!]) {
			if (sampled === undefined || "reason" in sampled) throw new Error("not sampled");
			expect(sampled.converged).toBe(true);
			const truth = sampled.errors.generalizationError;
			const differences = theories.map((theory) => errorsOf(theory).generalizationError.value - truth.value);
			const smallest = Math.min(...differences.map(Math.abs));
			expect(Math.abs(nearest!.value)).toBe(smallest);
			expect(nearest!.standardError).toBe(truth.standardError);
			expect(nearest!.inStandardErrors).toBe(nearest!.value / truth.standardError);
		}
		const [header, ...rows] = learningCurveTable(results);
		expect(header!.slice(0, 8)).toEqual([
			"widths",
			"features",
			"samples",
			"series",
			"status",
			"repetitions",
			"generalizationError",
			"generalizationErrorStandardError",
		]);
		expect(rows.map((row) => [row[2], row[3], row[4]])).toEqual([
			[3, "nngp", "answered"],
			[3, "kernel-rescaling", "answered"],
			[3, "exact", "sampled"],
			[6, "nngp", "answered"],
			[6, "kernel-rescaling", "answered"],
			[12, "nngp", "answered"],
			[12, "kernel-rescaling", "answered"],
			[12, "exact", "sampled"],
		]);
		// 2 N/P.
		expect(rows[0]![header!.indexOf("publishedGapLine")]).toBe(16 / 3);
	});

	it("are not ranked against chains that did not converge", async () => {
		const few = { ...file.sampling, sampler: "hmc", chains: 2, draws: 8 };
		const network = withWidth(3);
		const curve = resolveCurve({ ...file, network, sampling: few, learningCurve: { samples: [6] } });
		const { curves, converged } = learningCurveResults(curve, await measure(curve), engine);
		expect(curves[0]!.points[0]).not.toHaveProperty("nearest");
		expect(curves[0]!.points[0]!.sampled).toMatchObject({ converged: false });
		expect(converged).toBe(false);
	});

	it("stand alone where the sampler refuses, with its reason", async () => {
		const network = { ...linearNetwork, layers: [{ ...linearNetwork.layers[0], activation: "erf" }] };
		const curve = resolveCurve({ ...file, network, learningCurve: { samples: [6] } });
		const { curves, converged } = learningCurveResults(curve, await measure(curve), engine);
		expect(curves[0]!.points[0]!.sampled).toEqual({
			reason: "exact is exact for linear activations only; layer 1 has erf. Use hmc.",
		});
		expect(converged).toBe(true);
	});

	it("see chains with a seed of their own at every repetition", async () => {
		const learningCurve = { samples: [3, 6], repetitions: 2 };
		const curve = resolveCurve({ ...file, sampling: { ...file.sampling, draws: 20 }, learningCurve });
		const measured = await measure(curve);
		expect(measured.map(({ sampled }) => sampled && "seed" in sampled && sampled.seed)).toEqual([3, 3, 4, 4]);
		const [three] = learningCurveResults(curve, measured, engine).curves[0]!.points;
		const [first, , second] = measured.map(({ sampled }) => {
			if (sampled === undefined || "reason" in sampled) throw new Error("not sampled");
			return sampled.errors.generalizationError.value;
		});
		if (three!.sampled === undefined || "reason" in three!.sampled) throw new Error("not sampled");
		// The spread of two training sets, far above the Monte-Carlo errors.
		const { standardError } = three!.sampled.errors.generalizationError;
		expect(standardError).toBeCloseTo(Math.abs(first! - second!) / 2, 12);
	});

	it("of an interrupted run are those of the points that were finished", async () => {
		const curve = resolveCurve({
			...file,
			sampling: { ...file.sampling, draws: 20 },
			learningCurve: { samples: [3, 6], widths: [5, 6] },
		});
		let left = 3;
		const measured = await measure(curve, {
			sample: async (...question) => (left-- > 0 ? sampleInProcess(engine)(...question) : undefined),
		});
		const { curves, complete, converged } = learningCurveResults(curve, measured, engine);
		expect(curves.map(({ points }) => points.map(({ samples }) => samples))).toEqual([[3, 6], [3]]);
		expect([complete, converged]).toEqual([false, false]);
	});
});
