import { matrix } from "@finitude/engine";
import { expect, test } from "vitest";
import {
	type ChainProgress,
	type ChainSnapshot,
	combineChains,
	InputError,
	type Problem,
	runChain,
} from "../../src/index.ts";
import { dense, engine, randomProblem } from "./problems.ts";

const problem = randomProblem({ points: 4, inputs: 6, testPoints: 2, outputs: 2, layers: [dense(3, "erf")] });
const settings = { sampler: "hmc", chains: 2, draws: 20, warmup: 15, seed: 3 };

test("a chain depends on the seed and its number alone, and can be posted between threads", () => {
	const first = runChain(problem, engine, settings, 1);
	const other = runChain(problem, engine, settings, 0);
	const again = runChain(problem, engine, { ...settings, chains: 7 }, 1);
	expect(again).toEqual(first);
	expect(structuredClone(first)).toEqual(first);
	expect(other.testMean).not.toEqual(first.testMean);
	expect(first.trainMean.length).toBe(20 * 4 * 2);
	expect(first.testVariance.length).toBe(20 * 2 * 2);
	expect(first.averaged.output!.mean.length).toBe(16);
	expect(first.completedDraws).toBe(20);
	expect(first.notes).toEqual([
		{
			name: "input rank",
			value: 4,
			message:
				"The first layer is sampled in the 4 directions that the 4 training inputs span (of 6 inputs); " +
				"singular values below 1e-7 of the largest are dropped.",
		},
	]);
});

test("a chain that goes on from any of its snapshots gives the same bits as one that never stopped", () => {
	const full = runChain(problem, engine, settings, 1);
	const snapshots: ChainSnapshot[] = [];
	runChain(problem, engine, settings, 1, {
		wantsSnapshot: () => true,
		onSnapshot: (snapshot) => snapshots.push(structuredClone(snapshot)),
	});
	expect(snapshots.map(({ step }) => step)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
	for (const step of [0, 7, 14, 15, 22, 34]) {
		expect(runChain(problem, engine, settings, 1, { resume: snapshots[step]! })).toEqual(full);
	}
});

test("progress counts every step of both phases", () => {
	const seen: ChainProgress[] = [];
	runChain(problem, engine, settings, 0, { onProgress: (progress) => seen.push({ ...progress }) });
	expect(seen.map((progress) => progress.step)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
	expect(seen.map((progress) => progress.phase)).toEqual([
		...Array.from({ length: 15 }, () => "warmup"),
		...Array.from({ length: 20 }, () => "sampling"),
	]);
	expect(seen.map((progress) => progress.logDensity.length).slice(14, 17)).toEqual([0, 1, 2]);
	expect(seen.every(({ acceptance, total }) => acceptance >= 0 && acceptance <= 1 && total === 35)).toBe(
		true,
	);
});

test("a stopped chain keeps what it has, the same numbers as the full one", () => {
	let steps = 0;
	const stopped = runChain(problem, engine, settings, 1, { shouldStop: () => ++steps === 15 + 7 });
	const full = runChain(problem, engine, settings, 1);
	expect(stopped.completedDraws).toBe(7);
	expect([...stopped.trainMean]).toEqual([...full.trainMean.subarray(0, 7 * 8)]);
	expect(stopped.scalars.logDensity).toEqual(full.scalars.logDensity.slice(0, 7));
	let warm = 0;
	expect(runChain(problem, engine, settings, 1, { shouldStop: () => ++warm === 3 }).completedDraws).toBe(0);
});

function messageOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		if (error instanceof InputError) return error.message;
		throw error;
	}
	throw new Error("nothing was refused");
}

function refusal(changed: Problem, changes = {}): string {
	return messageOf(() => runChain(changed, engine, { ...settings, ...changes }, 0));
}

test("what cannot be sampled is refused in words", () => {
	expect(refusal({ ...problem, noiseVariance: 0 })).toBe(
		"hmc needs noiseVariance > 0; got 0: without noise the density of the " +
			"hidden weights is unbounded or undefined wherever the kernel of the sampled features is singular. Use a small noise, " +
			"such as 1e-4 of the targets' variance.",
	);
	expect(refusal(problem, { sampler: "gibs" })).toBe(
		'sampling.sampler: wanted one of hmc, mala, langevin, importance, gibbs, exact; got "gibs".',
	);
	expect(refusal(problem, { options: { steps: 3 } })).toBe(
		"sampling.options.steps: wanted one of the keys trajectory, maxTreeDepth, adaptMass, temper or precision; got an unknown key.",
	);
	expect(refusal(problem, { draws: 3 })).toBe("sampling.draws: wanted an integer of at least 4; got 3.");
	expect(refusal(problem, { draws: 1e8 })).toBe(
		"sampling.draws: wanted draws that fit in 2.0 GiB; got 2 chains x 100000000 draws, 43.2 GiB. " +
			"Reduce draws, chains or the number of test inputs.",
	);
	expect(
		refusal({
			...problem,
			trainInputs: matrix(20_000, 6, new Float64Array(120_000)),
			trainTargets: matrix(20_000, 2, new Float64Array(40_000)),
		}),
	).toContain("problem: wanted a network and data whose work space fits in 2.0 GiB; got ");
});

test("problems that were not parsed are checked too", () => {
	const withNaN = problem.trainInputs.data.map((x, i) => (i === 7 ? Number.NaN : x));
	const unsound = { ...problem, trainInputs: { ...problem.trainInputs, data: withNaN } };
	expect(refusal(unsound)).toBe(
		"trainInputs[1][1]: wanted a number between -1e+70 and 1e+70; got NaN. Rescale the data.",
	);
	const mismatched = { ...problem, trainTargets: problem.testInputs! };
	expect(refusal(mismatched)).toBe("trainTargets: wanted 4 rows, one for each of trainInputs; got 2.");
});

test("chains and snapshots of another shape are refused", () => {
	const other = randomProblem({ points: 3, inputs: 6, layers: [dense(3, "erf")] });
	const snapshots: ChainSnapshot[] = [];
	const chain = runChain(other, engine, settings, 1, {
		wantsSnapshot: (last) => last,
		onSnapshot: (snapshot) => snapshots.push(snapshot),
	});
	expect(messageOf(() => combineChains(problem, settings, [chain]))).toBe(
		"chains: wanted draws of f at 4 training and 2 test points, 2 outputs each; got 3 and 0 numbers a draw in chain 1. " +
			"Combine chains of one problem, with that problem.",
	);
	const refusal =
		"resume: wanted a snapshot of a chain of this problem with these settings; got one whose draws have another shape. " +
		"Resume with the problem and the settings that the snapshot was taken with.";
	const [resume] = snapshots;
	expect(messageOf(() => runChain(problem, engine, settings, 1, { resume: resume! }))).toBe(refusal);
	expect(messageOf(() => runChain(other, engine, { ...settings, draws: 8 }, 1, { resume: resume! }))).toBe(
		refusal,
	);
});

test("covariances that were asked for and do not exist are absent with the reason", () => {
	const chain = runChain(problem, engine, { ...settings, covariance: true }, 0);
	const { absent, trainCovariance, testCovariance } = combineChains(
		problem,
		{ ...settings, covariance: true },
		[chain],
	);
	const reason = "with several outputs no one covariance over points holds for all of them";
	expect([trainCovariance, testCovariance]).toEqual([undefined, undefined]);
	expect(absent).toMatchObject({ trainCovariance: reason, testCovariance: reason });
});
