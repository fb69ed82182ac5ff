import { seedStream } from "@finitude/engine";
import { expect, test } from "vitest";
import { combineChains, InputError, projectionMcse, runChain } from "../../src/index.ts";
import { combineBatchMoments, createBatchMeans } from "../../src/samplers/batch-means.ts";
import { pointEstimates } from "../../src/samplers/point-estimates.ts";
import { dense, engine, randomProblem } from "./problems.ts";

const problem = randomProblem({ points: 4, inputs: 3, testPoints: 2, layers: [dense(5, "erf")] });
const settings = { sampler: "hmc", chains: 3, draws: 150, warmup: 100, seed: 3 };
const chains = [0, 1, 2].map((chain) => runChain(problem, engine, settings, chain));

test("means are averages of conditional means; variances add the variance of the conditional means", () => {
	const answer = combineChains(problem, settings, chains);
	const means = chains.flatMap((chain) => [...chain.testMean].filter((_, i) => i % 2 === 1));
	const variances = chains.flatMap((chain) => [...chain.testVariance].filter((_, i) => i % 2 === 1));
	const average = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
	const mean = average(means);
	expect(answer.testMean!.data[1]).toBeCloseTo(mean, 12);
	expect(answer.testVariance!.data[1]).toBeCloseTo(
		average(variances) +
			average(means.map((m) => (m - mean) ** 2)) +
			answer.testMeanStandardError!.data[1]! ** 2,
		12,
	);
	expect(answer.absent).toEqual({
		logEvidence: "estimated on request only: use --evidence",
	});
	expect(answer.diagnostics).toMatchObject({ chains: 3, draws: 150, warmup: 100, seed: 3, divergences: 0 });
	expect(answer.validity.map((note) => note.name).slice(0, 2)).toEqual([
		"input rank",
		"monitored observables",
	]);
	// 4 + 4 training and 2 + 2 test moments and three scalars.
	expect(answer.validity[1]!.value).toBe(15);
});

test("the variance has no bias from few correlated draws", () => {
	// 2000 points, each an autoregressive process of unit variance: 2 chains of 100 draws are worth about 11 each.
	const [points, draws, rho] = [2000, 100, 0.9];
	const block = engine.allocate(points * (draws + 1));
	const synthetic = [0, 1].map((chain) => {
		engine.fillNormal(seedStream(70 + chain), block);
		const testMean = block.data.slice(0, points * draws);
		for (let k = points; k < testMean.length; k++) {
			testMean[k] = rho * testMean[k - points]! + Math.sqrt(1 - rho * rho) * testMean[k]!;
		}
		const testVariance = new Float64Array(points * draws).fill(0.25);
		return { ...chains[0]!, completedDraws: draws, testMean, testVariance };
	});
	const { variance } = pointEstimates(synthetic, "test", 1, draws);
	const average = variance.data.reduce((a, b) => a + b, 0) / points;
	const spread = Math.sqrt(variance.data.reduce((a, b) => a + (b - average) ** 2, 0) / points);
	// Without the correction the average is 0.085 low; the estimated standard errors are themselves 10 % short here.
	expect(Math.abs(average - 1.25)).toBeLessThan(0.02 + (4 * spread) / Math.sqrt(points));
});

test("projectionMcse of one point is its standard error, and of a difference sees their correlation", () => {
	const answer = combineChains(problem, settings, chains);
	expect(projectionMcse(chains, Float64Array.of(0, 1))).toBe(answer.testMeanStandardError!.data[1]);
	expect(projectionMcse(chains, Float64Array.of(0, 0, 1, 0), "train")).toBe(
		answer.trainMeanStandardError.data[2],
	);
	expect(projectionMcse(chains, Float64Array.of(0, 1), "test", "variance")).toBe(
		answer.testVarianceStandardError!.data[1],
	);
	expect(projectionMcse(chains, Float64Array.of(0, 0, 1, 0), "train", "variance")).toBe(
		answer.trainVarianceStandardError.data[2],
	);
	expect(projectionMcse(chains, Float64Array.of(0, 0))).toBe(0);
	expect(() => projectionMcse(chains, Float64Array.of(1))).toThrow(
		"projectionMcse weights: wanted 2 numbers; got 1.",
	);
});

test("targets that are all zero: the mean is exactly 0 with error 0, and the constants are named", () => {
	const silent = { ...problem, trainTargets: { rows: 4, columns: 1, data: new Float64Array(4) } };
	const runs = [0, 1].map((chain) => runChain(silent, engine, settings, chain));
	const answer = combineChains(silent, settings, runs);
	expect([...answer.testMean!.data, ...answer.testMeanStandardError!.data].map(Math.abs)).toEqual([
		0, 0, 0, 0,
	]);
	expect(answer.validity.find((note) => note.name === "constant observables")).toEqual({
		name: "constant observables",
		value: 6,
		message: "No R-hat for these, trainMean[0][0] among them: they never change.",
	});
	expect(runs[0]!.scalars.kernelLabelProjection).toBeUndefined();
});

test("chains that never move do not converge, and nothing is NaN", () => {
	const stuck = chains.map((chain) => {
		const hold = (x: Float64Array) => {
			const size = x.length / chain.completedDraws;
			return x.map((_, i) => x[i % size]!);
		};
		return {
			...chain,
			trainMean: hold(chain.trainMean),
			trainVariance: hold(chain.trainVariance),
			testMean: hold(chain.testMean),
			testVariance: hold(chain.testVariance),
			scalars: {
				logDensity: hold(chain.scalars.logDensity),
				kernelMeanDiagonal: hold(chain.scalars.kernelMeanDiagonal),
			},
		};
	});
	const answer = combineChains(problem, settings, stuck);
	expect(answer.diagnostics).not.toHaveProperty("maxRHat");
	expect(answer.absent["diagnostics.maxRHat"]).toBe("no monitored observable moves in any chain");
	expect(answer.convergence).toEqual({
		converged: false,
		iterations: 450,
		residual: 0,
		advice:
			"Raise warmup and draws: no observable has an R-hat; every chain keeps a value of its own in 14 observables, such as trainMean[0][0].",
	});
	expect(answer.testMeanStandardError!.data.every((x) => x > 0 && Number.isFinite(x))).toBe(true);
});

test("divergences and unequal lengths are reported", () => {
	const shorter = runChain(problem, engine, { ...settings, draws: 90 }, 0);
	const answer = combineChains(problem, settings, [
		shorter,
		{ ...chains[1]!, divergent: chains[1]!.divergent.map((_, i) => (i === 5 ? 1 : 0)) },
	]);
	expect(answer.diagnostics.divergences).toBe(1);
	expect(answer.diagnostics.draws).toBe(90);
	expect(answer.convergence.converged).toBe(false);
	expect(answer.convergence.advice).toContain("1 kept steps diverged");
	expect(answer.validity.find((note) => note.name === "draws")?.message).toBe(
		"Stopped early: the chains have 90, 150 of 150 draws. Means, variances and diagnostics use the first 90 of each, kernels all.",
	);
});

test("trajectories that the limit cut short are counted in the answer", () => {
	const answer = combineChains(problem, settings, [{ ...chains[0]!, shortenedSteps: 7 }, chains[1]!]);
	expect(answer.validity.find((note) => note.name === "shortened trajectories")).toEqual({
		name: "shortened trajectories",
		value: 7,
		message:
			"The step size is so small that the limit on steps cut 7 kept trajectories short: draws are valid, but more correlated.",
	});
	expect(chains[0]!.shortenedSteps).toBe(0);
});

test("too few draws are refused", () => {
	const empty = runChain(problem, engine, settings, 0, { shouldStop: () => true });
	expect(() => combineChains(problem, settings, [empty])).toThrow(InputError);
	expect(() => combineChains(problem, settings, [empty])).toThrow(
		"chains: wanted at least one chain, each with at least 4 draws; got 0 draws in the shortest chain. Let the chains run longer.",
	);
});

test("batch means: the standard error of independent and of correlated draws", () => {
	const block = engine.allocate(4 * 5000);
	engine.fillNormal(seedStream(9), block);
	const rho = 0.8;
	const moments = [0, 1, 2, 3].map((c) => {
		const batches = createBatchMeans(2);
		let ar = 0;
		for (let t = 0; t < 5000; t++) {
			const x = block.data[c * 5000 + t]!;
			ar = rho * ar + Math.sqrt(1 - rho * rho) * x;
			batches.add(Float64Array.of(x, ar));
		}
		return batches.moments();
	});
	const { mean, standardError } = combineBatchMoments(moments);
	const all = block.data.reduce((a, b) => a + b, 0) / 20_000;
	expect(mean[0]).toBeCloseTo(all, 12);
	// 4 x 9 batches give a standard error to about 12 %.
	expect(Math.abs(standardError![0]! * Math.sqrt(20_000) - 1)).toBeLessThan(0.4);
	expect(Math.abs(standardError![1]! * Math.sqrt(20_000 / 9) - 1)).toBeLessThan(0.4);
});
