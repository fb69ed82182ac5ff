/** Weighted draws through the whole pipeline, from the store to the answer, on synthetic draws with known answers. */
import { type Matrix, matrix, type RandomState, seedStream, splitStream } from "@finitude/engine";
import { describe, expect, test } from "vitest";
import { type ChainResult, combineChains, type Problem, projectionMcse } from "../../src/index.ts";
import { createDrawStore } from "../../src/samplers/draw-store.ts";
import type { Observation } from "../../src/samplers/observation.ts";
import { createScalarFunctions } from "../../src/samplers/scalar-functions.ts";
import { dense, engine, randomProblem } from "./problems.ts";

const STEP = { acceptance: 1, divergent: false, energyError: 0 };

/** Two training and two test points; the draws below do not come from this network. */
function syntheticProblem(outputs: number): Problem {
	const problem = randomProblem({
		points: 2,
		inputs: 2,
		testPoints: 2,
		outputs,
		layers: [dense(1, "linear")],
	});
	return { ...problem, testTargets: matrix(2, outputs, new Float64Array(2 * outputs).fill(0.5)) };
}

/** What a draw x says: f = x and -x / 2 at two points (shifted by output), one hidden unit with pre-activations x and 1 + x. */
function observationOf(x: number, outputs: number): Observation {
	const mean = [x, -x / 2].flatMap((f) => Array.from({ length: outputs }, (_, k) => f * (1 + k)));
	const h = [x, 1 + x];
	const square = (a: readonly number[]) => Float64Array.from(a.flatMap((u) => a.map((v) => u * v)));
	const histogram = new Float64Array(62);
	histogram[x > 0 ? 35 : 25] = 1;
	return {
		trainMean: Float64Array.from(mean),
		trainVariance: new Float64Array(2 * outputs).fill(0.25),
		testMean: Float64Array.from(mean),
		testVariance: new Float64Array(2 * outputs).fill(0.25),
		logDensity: -x * x,
		averaged: {
			output: square(h),
			"preactivation.0.0": square(h),
			"feature.0.0": square(h),
			"powers.0": Float64Array.from([1, 2, 3, 4].flatMap((k) => h.map((value) => value ** k))),
			"histogram.0": histogram,
			weightCovariance: Float64Array.of(x * x, x, x, 1),
			...(outputs === 1 && { testCovariance: Float64Array.of(0.25, 0.1, 0.1, 0.25) }),
		},
	};
}

/** A chain of these draws; their weights count when they are given. */
function chainOf(
	problem: Problem,
	chain: number,
	draws: readonly number[],
	logWeights?: readonly number[],
): ChainResult {
	const weighing = logWeights && { weighing: createScalarFunctions(engine) };
	const store = createDrawStore(problem, draws.length, weighing);
	draws.forEach((x, t) => {
		const observation = observationOf(x, problem.trainTargets.columns);
		store.keep(logWeights ? { ...observation, logWeight: logWeights[t]! } : observation, STEP);
	});
	return { chain, ...store.finish(), shortenedSteps: 0, notes: [] };
}

function normals(stream: RandomState, count: number): number[] {
	const mark = engine.mark();
	const block = engine.allocate(count);
	engine.fillNormal(stream, block);
	const values = [...block.data];
	engine.release(mark);
	return values;
}

const settingsOf = (chains: readonly ChainResult[]) => ({
	sampler: "importance",
	chains: chains.length,
	draws: chains[0]!.completedDraws,
	warmup: 0,
	seed: 1,
});

describe.each([1, 2])("whole-numbered weights are repetitions: %i outputs", (outputs) => {
	const problem = syntheticProblem(outputs);
	const draws = [0, 1, 2].map((c) => normals(splitStream(seedStream(8), c), 60));
	const counts = draws.map((values, c) => values.map((_, t) => 1 + ((t + c) % 3)));
	const repeated = draws.map((values, c) =>
		chainOf(
			problem,
			c,
			values.flatMap((x, t) => new Array<number>(counts[c]![t]!).fill(x)),
		),
	);
	// A scale far outside the range of exp: only ratios of weights may matter. The first chain meets the heaviest draw last.
	const weighted = draws.map((values, c) =>
		chainOf(
			problem,
			c,
			values,
			counts[c]!.map((count) => Math.log(count) - 5000),
		),
	);

	test("in every average", () => {
		const a = combineChains(problem, settingsOf(weighted), weighted);
		const b = combineChains(problem, settingsOf(repeated), repeated);
		const pairs: [string, Matrix, Matrix][] = [
			["trainMean", a.trainMean, b.trainMean],
			["testMean", a.testMean!, b.testMean!],
			["testVariance", corrected(a), corrected(b)],
			["kernel", a.kernels.output as Matrix, b.kernels.output as Matrix],
			["Sigma", a.orderParameters.Sigma as Matrix, b.orderParameters.Sigma as Matrix],
			["skewness", a.preactivations[0]!.skewness!, b.preactivations[0]!.skewness!],
			["kurtosis", a.preactivations[0]!.excessKurtosis!, b.preactivations[0]!.excessKurtosis!],
			...(outputs === 1
				? ([["testCovariance", a.testCovariance!, b.testCovariance!]] as [string, Matrix, Matrix][])
				: ([["outputs", offDiagonal(a), offDiagonal(b)]] as [string, Matrix, Matrix][])),
		];
		for (const [name, x, y] of pairs) {
			x.data.forEach((value, i) => {
				expect(value, `${name}[${i}]`).toBeCloseTo(y.data[i]!, 10);
			});
		}
		const density = a.preactivations[0]!.histogram!.density;
		density.forEach((value, i) => {
			expect(value).toBeCloseTo(b.preactivations[0]!.histogram!.density[i]!, 10);
		});
		const total = counts.flat().reduce((sum, count) => sum + count, 0);
		expect(a.logEvidence).toBeCloseTo(Math.log(total / 180) - 5000, 10);
		expect(a.diagnostics.effectiveSampleSize).toBeCloseTo(
			total ** 2 / counts.flat().reduce((sum, count) => sum + count ** 2, 0),
			9,
		);
	});
});

/** The variance without the squared standard error of the mean, which weights and repetitions do not share. */
function corrected(answer: ReturnType<typeof combineChains>): Matrix {
	const { testVariance: variance, testMeanStandardError: error } = answer;
	return { ...variance!, data: variance!.data.map((v, i) => v - error!.data[i]! ** 2) };
}

function offDiagonal(answer: ReturnType<typeof combineChains>): Matrix {
	return matrix(
		1,
		2,
		Float64Array.from(answer.testOutputCovariance!, ({ data }) => data[1]!),
	);
}

test("a store that goes on from a snapshot gives the same bits, whatever the weights' scale did", () => {
	const problem = syntheticProblem(1);
	const draws = normals(seedStream(3), 40);
	// Growing and falling over hundreds of orders of magnitude.
	const logWeights = draws.map((x, t) => 300 * Math.sin(t / 3) + x - 800);
	const weighing = { weighing: createScalarFunctions(engine) };
	const keep = (store: ReturnType<typeof createDrawStore>, from: number, to: number) => {
		for (let t = from; t < to; t++) {
			store.keep({ ...observationOf(draws[t]!, 1), logWeight: logWeights[t]! }, STEP);
		}
	};
	const full = createDrawStore(problem, 40, weighing);
	keep(full, 0, 40);
	for (const at of [1, 5, 16, 23, 39]) {
		const first = createDrawStore(problem, 40, weighing);
		keep(first, 0, at);
		const second = createDrawStore(problem, 40, weighing);
		second.restore(structuredClone(first.snapshot()));
		keep(second, at, 40);
		expect(second.finish()).toEqual(full.finish());
	}
});

test("a draw without a weight is a fault of the sampler", () => {
	const store = createDrawStore(syntheticProblem(1), 4, { weighing: createScalarFunctions(engine) });
	expect(() => store.keep(observationOf(1, 1), STEP)).toThrow("weighted batch means: a draw has no weight.");
});

test("standard errors are the scatter of 120 runs whose chains have proposals of their own", () => {
	const problem = syntheticProblem(1);
	// Chain c draws from N(0.4 c, 1); the target is N(0.5, 1) with evidence e^-321.
	const [target, evidence] = [0.5, -321];
	const logNormal = (x: number, mean: number) => -((x - mean) ** 2) / 2;
	/** Estimates, errors and truths of one run. */
	const run = (seed: number): Record<string, readonly [number, number, number]> => {
		const chains = [0, 1, 2].map((c) => {
			const draws = normals(splitStream(seedStream(seed), c), 300).map((x) => x + 0.4 * c);
			const logWeights = draws.map((x) => evidence + logNormal(x, target) - logNormal(x, 0.4 * c));
			return chainOf(problem, c, draws, logWeights);
		});
		const a = combineChains(problem, settingsOf(chains), chains);
		const entry = (m: Matrix | undefined, i: number) => m!.data[i]!;
		const kernelError = a.kernelStandardErrors.output as Matrix;
		const [law, error] = [a.preactivations[0]!, a.generalizationError!];
		const projection = projectionMcse(chains, Float64Array.of(1, 3));
		return {
			testMean: [entry(a.testMean, 0), entry(a.testMeanStandardError, 0), target],
			// f = x and -x / 2, with conditional variances 1/4.
			testVariance: [entry(a.testVariance, 1), entry(a.testVarianceStandardError, 1), 0.5],
			testCovariance: [entry(a.testCovariance, 1), entry(a.testCovarianceStandardError, 1), 0.1 - 0.5],
			projection: [entry(a.testMean, 0) + 3 * entry(a.testMean, 1), projection, -target / 2],
			kernel: [entry(a.kernels.output as Matrix, 1), entry(kernelError, 1), target + target ** 2 + 1],
			skewness: [entry(law.skewness, 0), entry(law.skewnessStandardError, 0), 0],
			biasSquared: [
				error.biasSquared,
				error.biasSquaredStandardError,
				((target - 0.5) ** 2 + (target / 2 + 0.5) ** 2) / 2,
			],
			variance: [error.variance, error.varianceStandardError, (1.25 + 0.5) / 2],
			logEvidence: [a.logEvidence!, a.logEvidenceStandardError!, evidence],
		};
	};
	const runs = Array.from({ length: 120 }, (_, i) => run(i + 1));
	for (const name of Object.keys(runs[0]!)) {
		const z = runs.map((values) => (values[name]![0] - values[name]![2]) / values[name]![1]);
		const mean = z.reduce((a, b) => a + b, 0) / 120;
		const rms = Math.sqrt(z.reduce((a, b) => a + b * b, 0) / 120);
		// 120 scores have a root mean square of 1 +- 1 / sqrt(240) = 0.065 and a mean of 0 +- 0.09, the latter with a bias of the
		// ratios and of skewed errors of the size of 1 / sqrt(ESS) = 0.04; errors known to 10 % widen or narrow them as much.
		expect(Math.abs(mean), name).toBeLessThan(0.4);
		expect(rms, name).toBeGreaterThan(0.75);
		expect(rms, name).toBeLessThan(1.3);
	}
});
